// What the ids in a flow and its decision mean to people.
#ifndef TONGGUAN_GATEWAY_SERVICE_GLOSSARY_H_
#define TONGGUAN_GATEWAY_SERVICE_GLOSSARY_H_

#include "gateway/policy/snapshot.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::service {

// Appends the names that the policy gives to categories, sector, scenario,
// lists and green-channel registration, each once; with the body to turn to.
// What the policy does not name is left out.
void FillGlossary(const v1::Flow& flow, const v1::Decision& decision,
                  const policy::Snapshot& policy,
                  google::protobuf::RepeatedPtrField<v1::Term>* glossary);

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_GLOSSARY_H_

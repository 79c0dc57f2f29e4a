// Sentences for the parts of a decision. Thread-safe.
#ifndef TONGGUAN_GATEWAY_TEXT_SENTENCE_H_
#define TONGGUAN_GATEWAY_TEXT_SENTENCE_H_

#include <cstdint>
#include <string>

#include "gateway/text/text.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::text {

using Terms = google::protobuf::RepeatedPtrField<v1::Term>;

// A decision with the flow it is about, in a language. Refers to both.
struct Reading {
  Language language;
  const v1::Flow& flow;
  const v1::Decision& decision;
  const Terms* glossary = nullptr;  // Or none: ids are shown.
};

// What the glossary says of an id; null: nothing.
const v1::Term* FindTerm(const Reading& reading, absl::string_view id);

// The name of an id, of "list@edition#row" the list's name and the row; the id
// where the glossary has no name in the language.
std::string NameOf(const Reading& reading, const std::string& id);

using ItemIndexes = google::protobuf::RepeatedField<uint32_t>;

// The names of items: at most five, then how many there are; none is the flow.
std::string ItemNames(const Reading& reading, const ItemIndexes& items);

// Why a rule did or did not apply, operands filled in.
std::string StepSentence(const Reading& reading, const v1::TraceStep& step);

// Why an item or a missing thing stands as it does; operands come from the
// step of the trace that gave this reason. Empty where it says nothing more.
std::string ReasonSentence(const Reading& reading, v1::Reason reason,
                           const ItemIndexes& items,
                           const std::string& reference);

// The Beijing year by whose law and counters it was taken.
int32_t YearOf(const v1::Decision& decision);

// What is missing, why what is there does not serve, and how to mend it.
std::string MissingSentence(const Reading& reading,
                            const v1::MissingEntry& entry);

// One step of the smallest change.
std::string ChangeSentence(const Reading& reading, const v1::Change& change);

// One obligation.
std::string ObligationSentence(const Reading& reading,
                               const v1::Obligation& obligation);

// How an ASSESS is handled, and by whom.
std::string LaneSentence(const Reading& reading);

// What an item was taken for: 敏感个人信息 · bank_account.
std::string TakenAs(const Reading& reading, const v1::ItemVerdict& verdict);

// Why the data leaves.
std::string PurposeText(Language language, const v1::Purpose& purpose);

}  // namespace tongguan::text

#endif  // TONGGUAN_GATEWAY_TEXT_SENTENCE_H_

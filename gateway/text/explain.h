// A decision in full, for people: the verdict, why, what to do, item by item,
// and every rule that was tried. Thread-safe.
#ifndef TONGGUAN_GATEWAY_TEXT_EXPLAIN_H_
#define TONGGUAN_GATEWAY_TEXT_EXPLAIN_H_

#include <string>
#include <vector>

#include "gateway/text/text.h"
#include "proto/tongguan/v1/decision.pb.h"
#include "proto/tongguan/v1/flow.pb.h"

namespace tongguan::text {

struct ExplainOptions {
  int width = 100;     // Cells a line; 0: long lines.
  bool color = false;  // ANSI colours.
  // Verdict, reason, next step and what must be minded; no tables.
  bool brief = false;
  // Names of the ids; without it the ids are shown.
  const google::protobuf::RepeatedPtrField<v1::Term>* glossary = nullptr;
};

// Ends with a line end. Never fails: what is not known is shown by its code.
std::string Explain(const v1::Flow& flow, const v1::Decision& decision,
                    Language language, const ExplainOptions& options = {});

// Why it was decided so, one sentence a rule that decides; figures and items
// filled in.
std::vector<std::string> Reasons(
    const v1::Flow& flow, const v1::Decision& decision, Language language,
    const google::protobuf::RepeatedPtrField<v1::Term>* glossary = nullptr);

// "✔ 准予 ALLOW", "⚠ 需评估 ASSESS"; in English "✔ ALLOW".
std::string VerdictText(Language language, v1::Verdict verdict);

}  // namespace tongguan::text

#endif  // TONGGUAN_GATEWAY_TEXT_EXPLAIN_H_

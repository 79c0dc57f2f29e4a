#include "gateway/cli/log_report.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/verb.h"
#include "gateway/ledger/id.h"
#include "gateway/text/width.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace tongguan::cli {
namespace {

using google::protobuf::Struct;

// Records between two lines of progress.
constexpr uint64_t kProgress = 50'000;

std::string Said(const Context& context, const Finding& finding) {
  return text::Printable(context.T(finding.key, finding.args));
}

std::string OrAll(const Context& context, const std::string& value) {
  return value.empty() ? context.T("archive.all") : value;
}

int CodeOf(const LogReport& report) {
  if (report.wrong) return kBroken;
  return report.lacking.empty() ? kSuccess : kIncomplete;
}

void Line(Context& context, absl::string_view key, const text::Args& args) {
  context.out() << context.T(key, args) << "\n";
}

void List(Context& context, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    context.out() << "- " << Said(context, finding) << "\n";
  }
}

int Say(Context& context, const LogReport& report) {
  if (report.wrong) {
    Line(context, "verify.broken", {{"0", Said(context, *report.wrong)}});
    return kBroken;
  }
  Line(context, report.lacking.empty() ? "verify.sound" : "verify.incomplete",
       {{"0", text::FormatCount(static_cast<int64_t>(report.records))}});
  Line(context, "verify.head",
       {{"0", report.origin},
        {"1", absl::Base64Escape(DigestBytes(report.root))}});
  if (report.archive) {
    const archive::Selection& of = report.archive->selection;
    Line(context, "archive.of",
         {{"0", OrAll(context, of.since)},
          {"1", OrAll(context, of.until)},
          {"2", OrAll(context, of.exporter)},
          {"3", text::FormatCount(
                    static_cast<int64_t>(report.archive->head.size))}});
  }
  if (report.replayed > 0) {
    Line(context, "verify.replayed",
         {{"0", text::FormatCount(static_cast<int64_t>(report.replayed))}});
  }
  List(context, report.lacking);
  List(context, report.not_asked);
  return CodeOf(report);
}

void Put(const char* name, const std::string& text, Struct* to) {
  (*to->mutable_fields())[name].set_string_value(text);
}

void Put(const char* name, uint64_t number, Struct* to) {
  (*to->mutable_fields())[name].set_number_value(static_cast<double>(number));
}

// The code for programs, the words for people, the record where there is one.
Struct ToJson(const Context& context, const Finding& finding) {
  Struct object;
  Put("code", finding.key, &object);
  Put("text", Said(context, finding), &object);
  for (const auto& [name, value] : finding.args) {
    if (name == "0" && ledger::ParseId(value).ok()) {
      Put("record", value, &object);
    }
  }
  return object;
}

void Put(const Context& context, const char* name,
         const std::vector<Finding>& findings, Struct* to) {
  auto* list = (*to->mutable_fields())[name].mutable_list_value();
  for (const Finding& finding : findings) {
    *list->add_values()->mutable_struct_value() = ToJson(context, finding);
  }
}

int Print(Context& context, const LogReport& report) {
  const int code = CodeOf(report);
  Struct object;
  Put("result",
      code == kSuccess  ? "sound"
      : code == kBroken ? "broken"
                        : "incomplete",
      &object);
  if (report.wrong) {
    *(*object.mutable_fields())["first_wrong"].mutable_struct_value() =
        ToJson(context, *report.wrong);
  } else {
    Put("records", report.records, &object);
    Put("origin", report.origin, &object);
    Put("root", absl::Base64Escape(DigestBytes(report.root)), &object);
    Put("replayed", report.replayed, &object);
  }
  if (report.archive) {
    const archive::Selection& of = report.archive->selection;
    Struct& selection =
        *(*object.mutable_fields())["archive"].mutable_struct_value();
    Put("since", of.since, &selection);
    Put("until", of.until, &selection);
    Put("exporter", of.exporter, &selection);
    Put("head_size", report.archive->head.size, &selection);
  }
  Put(context, "not_checked", report.lacking, &object);
  Put(context, "not_asked", report.not_asked, &object);
  const int printed = context.PrintJson(object);
  return printed == kSuccess ? code : printed;
}

}  // namespace

int Tell(Context& context, const LogReport& report) {
  return context.json() ? Print(context, report) : Say(context, report);
}

int TellUnproven(Context& context, const std::vector<Finding>& lacking,
                 const v1::GetDecisionResponse& response) {
  if (!context.json()) {
    for (const Finding& finding : lacking) {
      context.out() << Said(context, finding) << "\n";
    }
    context.out() << "\n";
    return ShowEntry(context, response);
  }
  std::string json;
  Struct object;
  if (!google::protobuf::util::MessageToJsonString(response, &json).ok() ||
      !google::protobuf::util::JsonStringToMessage(json, &object).ok()) {
    return context.FailHere(
        absl::InternalError("the record cannot be shown as JSON"));
  }
  Put(context, "not_checked", lacking, &object);
  return context.PrintJson(object);
}

Progress::~Progress() {
  if (next_ > 0 && context_.is_tty()) context_.err() << "\r\033[K";
}

void Progress::At(uint64_t done) {
  if (!context_.is_tty() || done < next_) return;
  next_ = done + kProgress;
  context_.err() << "\r"
                 << context_.T(
                        "verify.progress",
                        {{"0", text::FormatCount(static_cast<int64_t>(done))},
                         {"1", text::FormatCount(static_cast<int64_t>(all_))}})
                 << std::flush;
}

}  // namespace tongguan::cli

#include "gateway/cli/standing_behind.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/beijing.h"
#include "gateway/cli/log_settled.h"
#include "gateway/ledger/id.h"
#include "gateway/service/charging.h"
#include "gateway/text/explain.h"
#include "gateway/text/width.h"

namespace tongguan::cli {
namespace {

constexpr int kPage = 500;
constexpr int64_t kMostLookedAt = 5000;

// What a record changed of the year that is shown.
struct Behind {
  std::string what;
  std::string persons, sensitive;
  std::string about;  // The decision that it settles or corrects.
};

std::string Signed(int64_t count) {
  return absl::StrCat(count > 0 ? "+" : "", text::FormatCount(count));
}

class Finder {
 public:
  Finder(const Context& context, int32_t year)
      : context_(context), year_(year) {}

  // Nothing where it changed none of the year's numbers.
  std::optional<Behind> Find(const v1::DecisionRecord& record) const {
    if (record.has_verdict()) return OfVerdict(record);
    if (record.has_settlement()) {
      return OfChange(record, "log.settlement",
                      record.settlement().decision_id());
    }
    if (record.has_correction()) {
      return OfChange(record, "log.correction",
                      record.correction().decision_id());
    }
    return OfOpening(record);
  }

 private:
  std::optional<Behind> OfVerdict(const v1::DecisionRecord& record) const {
    const v1::Decision& decision = record.verdict().decision();
    if (decision.verdict() != v1::VERDICT_ALLOW) return std::nullopt;
    const std::string what =
        text::SayEnum(context_.language(), decision.charging());
    const ledger::People own{decision.charged_persons(),
                             decision.charged_sensitive_persons()};
    return Changed(what, service::MovedIn(year_, record.year(), own, record));
  }

  std::optional<Behind> OfChange(const v1::DecisionRecord& record,
                                 const char* key,
                                 const std::string& about) const {
    const auto decided = ledger::ParseId(about);
    if (!decided.ok()) return std::nullopt;
    return Changed(
        context_.T(key),
        service::MovedIn(year_, decided->year, AddedBy(record), record), about);
  }

  std::optional<Behind> OfOpening(const v1::DecisionRecord& record) const {
    const v1::OpeningRecord& opening = record.opening();
    if (!record.has_opening() || opening.year() != year_) return std::nullopt;
    Behind behind{context_.T("log.opening"), "", "", ""};
    if (opening.has_persons()) {
      behind.persons = "= " + text::FormatCount(opening.persons());
    }
    if (opening.has_sensitive_persons()) {
      behind.sensitive = "= " + text::FormatCount(opening.sensitive_persons());
    }
    return behind;
  }

  // People who are known in the totals may be new in the GBA tally: what it
  // gains or loses is told beside them.
  std::optional<Behind> Changed(const std::string& what,
                                const service::Moved& moved,
                                const std::string& about = "") const {
    if (!moved.any()) return std::nullopt;
    Behind behind{what, Signed(moved.own.persons), Signed(moved.own.sensitive),
                  about};
    if (moved.gba.persons != 0 || moved.gba.sensitive != 0) {
      behind.what = context_.T("standing.gba_change",
                               {{"0", what},
                                {"1", Signed(moved.gba.persons)},
                                {"2", Signed(moved.gba.sensitive)}});
    }
    return behind;
  }

  const Context& context_;
  const int32_t year_;
};

v1::ListDecisionsRequest AllOf(const v1::GetStandingResponse& standing) {
  v1::ListDecisionsRequest request;
  request.set_exporter(standing.exporter());
  request.set_page_size(kPage);
  // What was charged to both years is a moment before the year.
  request.set_since_micros(absl::ToUnixMicros(
      StartOfBeijingDay(*ParseDay(absl::StrCat(standing.year(), "-01-01"))) -
      absl::Hours(24)));
  return request;
}

// Shows a page as it comes, so that a long year needs no memory.
class Listing {
 public:
  Listing(Context& context, int32_t year, int64_t most)
      : context_(context), finder_(context, year), most_(most) {}

  bool full() const {
    return most_ > 0 && (shown_ == most_ || looked_at_ >= kMostLookedAt);
  }

  // False where there is more than was to be shown.
  bool Show(const v1::ListDecisionsResponse& page) {
    text::Table table(0);
    table.AlignRight(2);
    table.AlignRight(3);
    const int64_t before = shown_;
    for (const v1::LogEntry& entry : page.entries()) {
      const auto behind = finder_.Find(entry.record());
      if (!behind) continue;
      if (full()) {
        Print(before, table);
        return false;
      }
      if (shown_++ == 0) AddHead(&table);
      table.AddRow({text::FormatBeijingTime(entry.record().time_micros()),
                    text::Printable(entry.id()), behind->persons,
                    behind->sensitive, behind->what,
                    text::Printable(behind->about)});
    }
    looked_at_ += page.entries_size();
    Print(before, table);
    return !full() || page.next_page_token().empty();
  }

 private:
  void AddHead(text::Table* table) const {
    table->AddRow({context_.T("log.time"), context_.T("log.id"),
                   context_.T("explain.persons"),
                   context_.T("explain.sensitive"), context_.T("log.kind"),
                   context_.T("standing.about")});
  }
  void Print(int64_t before, const text::Table& table) {
    if (before == shown_) return;
    if (before == 0) {
      context_.out() << "\n" << context_.T("standing.decisions") << "\n";
    }
    context_.out() << table.Print(2);
  }

  Context& context_;
  const Finder finder_;
  const int64_t most_;
  int64_t shown_ = 0;
  int64_t looked_at_ = 0;
};

}  // namespace

int PrintBehind(Context& context, Client& client,
                const v1::GetStandingResponse& standing, int64_t most) {
  v1::ListDecisionsRequest request = AllOf(standing);
  Listing listing(context, standing.year(), most);
  do {
    v1::ListDecisionsResponse page;
    const absl::Status status =
        client.Call(&LogStub::ListDecisions, request, &page);
    if (!status.ok()) return context.Fail(status);
    if (!listing.Show(page)) {
      context.Note("standing.more");
      return kSuccess;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && context.out().good());
  return kSuccess;
}

}  // namespace tongguan::cli

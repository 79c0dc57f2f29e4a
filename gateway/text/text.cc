#include "gateway/text/text.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gateway/base/beijing.h"
#include "google/protobuf/descriptor.h"

namespace tongguan::text {
namespace {

constexpr char kCatalogue[] =
#include "gateway/text/catalogue.inc"
    ;

struct Texts {
  std::string chinese;
  std::string english;
};

const absl::flat_hash_map<std::string, Texts>& Catalogue() {
  static const auto* const catalogue = [] {
    auto* map = new absl::flat_hash_map<std::string, Texts>();
    for (Entry& entry : ReadCatalogue()) {
      map->emplace(std::move(entry.key),
                   Texts{std::move(entry.chinese), std::move(entry.english)});
    }
    return map;
  }();
  return *catalogue;
}

// The value of a placeholder, or "—".
std::string ValueOf(absl::string_view name, const Args& args) {
  for (const Arg& arg : args) {
    if (arg.name == name) return Printable(arg.value);
  }
  return "—";
}

// Values are put in as they are: braces in them are not placeholders.
std::string Fill(absl::string_view text, const Args& args) {
  std::string result;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close =
        open == absl::string_view::npos ? open : text.find('}', open);
    if (close == absl::string_view::npos) break;
    absl::StrAppend(&result, text.substr(0, open),
                    ValueOf(text.substr(open + 1, close - open - 1), args));
    text.remove_prefix(close + 1);
  }
  absl::StrAppend(&result, text);
  return result;
}

// Code points that move the cursor, end lines or turn the reading direction,
// of the three bytes at `at`: U+200E-200F, U+2028-202E, U+2066-2069.
bool IsDirectionMark(absl::string_view value, size_t at) {
  if (at + 2 >= value.size() || value[at] != '\xe2') return false;
  const auto second = static_cast<unsigned char>(value[at + 1]);
  const auto third = static_cast<unsigned char>(value[at + 2]);
  if (second == 0x80) {
    return (third >= 0x8e && third <= 0x8f) || (third >= 0xa8 && third <= 0xae);
  }
  return second == 0x81 && third >= 0xa6 && third <= 0xa9;
}

}  // namespace

std::vector<Entry> ReadCatalogue() {
  std::vector<Entry> entries;
  bool header = true;
  for (absl::string_view line : absl::StrSplit(kCatalogue, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    if (std::exchange(header, false)) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    entries.push_back({cells[0], cells.size() > 1 ? cells[1] : "",
                       cells.size() > 2 ? cells[2] : ""});
  }
  return entries;
}

std::string Say(Language language, absl::string_view key, const Args& args) {
  const auto found = Catalogue().find(key);
  if (found == Catalogue().end()) return Printable(key);
  return Fill(language == Language::kChinese ? found->second.chinese
                                             : found->second.english,
              args);
}

bool HasText(absl::string_view key) { return Catalogue().contains(key); }

std::string SayNumber(Language language,
                      const google::protobuf::EnumDescriptor& type, int value,
                      const Args& args) {
  if (value == 0) return Say(language, "ui.unspecified");
  const auto* known = type.FindValueByNumber(value);
  if (known == nullptr) {
    return Say(language, "ui.unknown_code", {{"0", absl::StrCat(value)}});
  }
  return Say(language, known->name(), args);
}

std::string Join(Language language, const std::vector<std::string>& texts) {
  return absl::StrJoin(texts, Say(language, "ui.comma"));
}

std::string RegionName(Language language, absl::string_view code) {
  const std::string key = absl::StrCat("region.", code);
  return HasText(key) ? Say(language, key) : Printable(code);
}

std::string FormatCount(int64_t count) {
  const std::string digits = absl::StrCat(count);
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    const size_t left = digits.size() - i;
    const bool group = left % 3 == 0 && i > 0 && digits[i - 1] != '-';
    if (group) result += ',';
    result += digits[i];
  }
  return result;
}

std::string FormatDayNumber(int64_t yyyymmdd) {
  return absl::StrFormat("%04d-%02d-%02d", yyyymmdd / 10000,
                         yyyymmdd / 100 % 100, yyyymmdd % 100);
}

std::string FormatBeijingTime(int64_t unix_micros) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixMicros(unix_micros),
                          absl::FixedTimeZone(8 * 60 * 60));
}

std::string Printable(absl::string_view value) {
  std::string result;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool c1 = value[i] == '\xc2' && i + 1 < value.size() &&
                    static_cast<unsigned char>(value[i + 1]) < 0xa0;
    if (IsDirectionMark(value, i)) {
      i += 2;
    } else if (c1) {
      i += 1;
    } else {
      result += absl::ascii_iscntrl(value[i]) ? ' ' : value[i];
    }
  }
  return result;
}

}  // namespace tongguan::text

// The words of Tongguan, Chinese and English, from one catalogue
// (catalogue.tsv, compiled in). Decisions and records carry codes; words are
// made only where people read. Thread-safe.
#ifndef TONGGUAN_GATEWAY_TEXT_TEXT_H_
#define TONGGUAN_GATEWAY_TEXT_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace tongguan::text {

enum class Language { kChinese, kEnglish };

// The value of a placeholder: {"0", "63,412"} fills {0}.
struct Arg {
  absl::string_view name;
  std::string value;
};
using Args = std::vector<Arg>;

// The text of a key with its placeholders filled. A placeholder without a value
// becomes "—"; an unknown key is shown as it is. Values lose their control
// characters, so that nothing from outside can steer a terminal.
std::string Say(Language language, absl::string_view key,
                const Args& args = {});

// Whether the catalogue has the key.
bool HasText(absl::string_view key);

// The text of an enum value; "code 99" for one this program does not know, "not
// stated" for 0.
std::string SayNumber(Language language,
                      const google::protobuf::EnumDescriptor& type, int value,
                      const Args& args = {});
template <typename Enum>
std::string SayEnum(Language language, Enum value, const Args& args = {}) {
  return SayNumber(language, *google::protobuf::GetEnumDescriptor<Enum>(),
                   static_cast<int>(value), args);
}

// The texts joined as the language joins a list: "甲、乙" or "a, b".
std::string Join(Language language, const std::vector<std::string>& texts);

// A country or region by ISO 3166-1 code: 中国香港; the code if not in the
// table.
std::string RegionName(Language language, absl::string_view code);

// 63412 → "63,412".
std::string FormatCount(int64_t count);

// 20261120 → "2026-11-20".
std::string FormatDayNumber(int64_t yyyymmdd);

// The instant in Beijing time: "2026-11-20 10:02:03".
std::string FormatBeijingTime(int64_t unix_micros);

// `value` without control characters (line ends and bidirectional marks too).
std::string Printable(absl::string_view value);

// One row of the catalogue; for tests.
struct Entry {
  std::string key;
  std::string chinese;
  std::string english;
};

// Every row in order, doubled keys and all.
std::vector<Entry> ReadCatalogue();

}  // namespace tongguan::text

#endif  // TONGGUAN_GATEWAY_TEXT_TEXT_H_

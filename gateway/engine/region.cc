#include "gateway/engine/region.h"

#include <array>
#include <cstdint>

namespace tongguan::engine {
namespace {

// ISO 3166-1, the 249 assigned codes.
constexpr absl::string_view kCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI "
    "BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN "
    "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
    "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW ";

static_assert(kCodes.size() == 249 * 3);
static_assert([] {
  for (size_t i = 3; i < kCodes.size(); i += 3) {
    if (kCodes.substr(i - 3, 2) >= kCodes.substr(i, 2)) return false;
  }
  return true;
}());

constexpr bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr uint32_t Bit(char letter) { return uint32_t{1} << (letter - 'A'); }

// Of each first letter, the second letters.
constexpr std::array<uint32_t, 26> kSecond = [] {
  std::array<uint32_t, 26> second{};
  for (size_t i = 0; i < kCodes.size(); i += 3) {
    second[kCodes[i] - 'A'] |= Bit(kCodes[i + 1]);
  }
  return second;
}();

}  // namespace

bool IsRegion(absl::string_view code) {
  return code.size() == 2 && IsCapital(code[0]) && IsCapital(code[1]) &&
         (kSecond[code[0] - 'A'] & Bit(code[1])) != 0;
}

}  // namespace tongguan::engine

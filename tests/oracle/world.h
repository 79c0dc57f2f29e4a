// Names that random policies and flows share, so that they meet.
#ifndef TONGGUAN_TESTS_ORACLE_WORLD_H_
#define TONGGUAN_TESTS_ORACLE_WORLD_H_

#include <array>
#include <string>
#include <vector>

#include "gateway/base/beijing.h"

namespace tongguan::oracle {

// Around this day everything happens: Saturday, 2026-11-21.
inline constexpr Day kMiddle = 20778;

// Exporters; the last is in no registry.
const std::vector<std::string>& Exporters();

struct Place {
  const char* region;
  const char* zone;  // Or empty.
  bool gba;
};
inline constexpr std::array<Place, 7> kPlaces = {
    {{"CN-SH", "CN-SH-FTZ", false},
     {"CN-SH", "", false},
     {"CN-GD-SZ", "", true},
     {"CN-GD-ZH", "CN-GD-FTZ", true},
     {"CN-GD-ST", "", false},
     {"CN-BJ", "CN-BJ-FTZ", false},
     {"CN-SC", "", false}}};

struct Party {
  const char* id;
  const char* region;
};
inline constexpr std::array<Party, 5> kRecipients = {{{"ACME-SG", "SG"},
                                                      {"ACME-HK", "HK"},
                                                      {"ACME-MO", "MO"},
                                                      {"ACME-US", "US"},
                                                      {"SHUNNED", "US"}}};
inline constexpr std::array<Party, 3> kOnward = {
    {{"CLOUD-HK", "HK"}, {"CLOUD-US", "US"}, {"CLOUD-MO", "MO"}}};

inline constexpr std::array<const char*, 4> kSectors = {"", "automotive",
                                                        "retail", "pharma"};
inline constexpr std::array<const char*, 3> kScenarios = {"", "membership",
                                                          "trial"};
inline constexpr std::array<const char*, 2> kConditions = {"no_face",
                                                           "staff_only"};

// Numbers at which rules and rows turn.
inline constexpr std::array<int64_t, 7> kTurns = {
    1'000, 5'000, 10'000, 50'000, 100'000, 400'000, 1'000'000};

// Items: names that say nothing, and names and categories of TestTaxonomy.
struct Sample {
  const char* name;
  const char* category;
  int data_class;  // 0 general, 1 personal, 2 sensitive.
};
inline constexpr std::array<Sample, 13> kSamples = {
    {{"amount", "order_amount", 0},
     {"Part_No", "part_number", 0},
     {"widget-size", "", 0},
     {"gadget.speed", "", 0},
     {"Full-Name", "name", 1},
     {"mobile", "phone_number", 1},
     {"contact", "name", 1},
     {"id_no", "resident_id_number", 1},
     {"track", "vehicle_track", 1},
     {"face_photo", "face_image", 2},
     {"diagnosis", "medical_record", 2},
     {"iban", "bank_account", 2},
     {"pupil", "minor_information", 2}}};

}  // namespace tongguan::oracle

#endif  // TONGGUAN_TESTS_ORACLE_WORLD_H_

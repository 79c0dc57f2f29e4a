// A small valid policy for tests. Numbers and activities are those of O16; the
// enterprises are made up. Nothing here is loaded by the gateway.
#ifndef TONGGUAN_GATEWAY_POLICY_TESTING_H_
#define TONGGUAN_GATEWAY_POLICY_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "gateway/policy/parts.h"
#include "gateway/policy/snapshot.h"

namespace tongguan::policy {

// Exporters of TestSource: in Shanghai's free-trade zone; in Shenzhen, with
// its registration in the Greater Bay Area. Neither is a CIIO.
inline constexpr char kShanghaiExporter[] = "91350100M000100Y43";
inline constexpr char kShenzhenExporter[] = "91440300MA5TEXT018";

// The national numbers, every rule in the order of the decision table, the
// three filed certification bodies, the nine cities.
v1::Regime TestRegime();

// General: "order_amount", "part_number". Personal: "name", "phone_number",
// "resident_id_number", "vehicle_track" (sensitive in sector "automotive").
// Sensitive: "face_image", "medical_record", "bank_account".
v1::Taxonomy TestTaxonomy();

// The above, a calendar of plain weeks from 2020 to 2030, no lists, and the two
// exporters with nothing on file.
Source TestSource();

// A filing of kShanghaiExporter that covers recipient "ACME-SG", purpose
// "internal_reporting", flows without scenario, and all personal categories
// of TestTaxonomy. Contracts are in effect and filed, certificates and
// assessments issued, on 2026-01-05.
v1::Filing TestFiling(const std::string& id, v1::FilingKind kind);

// A list "test-general@1", "test-negative@1" or "test-important@1" for CN-SH,
// in force from 2026-01-01, complete, without rows. It asks for no list filing.
List TestList(v1::ListKind kind);

// Adds a demonstration row that demands a mechanism, or none; what it is about
// is for the caller to set. The pointer holds until the next row is added.
v1::ListRow* AddRow(List* list, const std::string& id,
                    v1::RowMechanism mechanism = v1::ROW_MECHANISM_UNSPECIFIED);

// The parts with their bytes.
std::vector<Part> PutTogether(const Parts& parts);

// The compiled source; ends the program with the refusal if there is one.
std::shared_ptr<const Snapshot> MustCompile(Source source);

}  // namespace tongguan::policy

#endif  // TONGGUAN_GATEWAY_POLICY_TESTING_H_

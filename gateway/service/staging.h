// Sets of people that StagePeople took, until the flow that names them is
// decided or an hour, each used by one request at a time. In memory only,
// bounded in all and for each exporter. Belongs to the polling thread.
#ifndef TONGGUAN_GATEWAY_SERVICE_STAGING_H_
#define TONGGUAN_GATEWAY_SERVICE_STAGING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/people/pseudonyms.h"
#include "proto/tongguan/v1/export_gateway_service.pb.h"

namespace tongguan::service {

struct StagedSet {
  std::string exporter;
  std::string digest;  // Names it among the exporter's.
  std::string key_id;
  std::string persons;
  std::string sensitive_persons;
  absl::Time expires;

  people::Sets sets() const { return {key_id, persons, sensitive_persons}; }
};

using SharedSet = std::shared_ptr<const StagedSet>;

class Staging {
 public:
  static constexpr absl::Duration kKept = absl::Hours(1);

  // Holds at most so many people, being sent or staged; of one exporter half.
  explicit Staging(int64_t most_people) : most_people_(most_people) {}

  // A set that is being sent. Gives its room back when it goes.
  class Upload {
   public:
    explicit Upload(Staging* staging) : staging_(staging) {}
    ~Upload() { staging_->GiveRoom(set_.exporter, people_); }
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    // Takes the next message. InvalidArgument unless the head came first and
    // once, and each class is ascending; ResourceExhausted without room.
    absl::Status Add(const v1::StagePeopleRequest& part, absl::Time now);
    const StagedSet& set() const { return set_; }

   private:
    friend class Staging;
    absl::Status AddTo(std::string* set, absl::string_view part,
                       const char* field, absl::Time now);

    Staging* const staging_;
    StagedSet set_;
    int64_t people_ = 0;
    bool has_head_ = false;
  };

  // Keeps what was sent, under its digest, which it returns.
  absl::StatusOr<std::string> Keep(Upload* upload, absl::Time now);

  // The set of that exporter, or null.
  SharedSet Find(const std::string& digest, const std::string& exporter,
                 absl::Time now);
  void Release(const std::string& digest, const std::string& exporter);

  // From here to End these sets are used by the request of that id, which may
  // be under way several times; none of them is where one is not to be had.
  // FailedPrecondition where another request uses it.
  absl::Status Begin(const std::vector<SharedSet>& sets,
                     const std::string& request_id);
  // Ends a use that began. The sets go with the record that used them, and are
  // anybody's where there is none.
  void End(const std::vector<SharedSet>& sets, bool recorded);

  int64_t people() const { return people_; }

 private:
  absl::Status TakeRoom(const std::string& exporter, int64_t people,
                        absl::Time now);
  void GiveRoom(const std::string& exporter, int64_t people);
  void DropExpired(absl::Time now);

  struct Kept {
    SharedSet set;
    std::string request_id;  // Which uses it,
    int uses = 0;            // so often at the moment.
  };
  // Null if it is not kept any more: one staged anew is another.
  Kept* FindKept(const StagedSet& set);

  // By exporter and digest.
  using Key = std::pair<std::string, std::string>;
  const int64_t most_people_;
  int64_t people_ = 0;
  absl::flat_hash_map<std::string, int64_t> people_of_;  // By exporter.
  absl::flat_hash_map<Key, Kept> sets_;
};

}  // namespace tongguan::service

#endif  // TONGGUAN_GATEWAY_SERVICE_STAGING_H_

#include "gateway/service/stream_room.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/text/refusal.h"

namespace tongguan::service {

absl::Status StreamRoom::Enter(const std::string& organization) {
  if (all_ >= most_) {
    return text::Refuse(absl::StatusCode::kResourceExhausted, "", "wrong.busy");
  }
  int& each = each_[organization];
  if (each >= most_each_) {
    return text::Refuse(absl::StatusCode::kResourceExhausted, "",
                        "wrong.streams", {absl::StrCat(most_each_)});
  }
  ++each;
  ++all_;
  return absl::OkStatus();
}

absl::StatusOr<Identity> StreamRoom::Admit(
    const grpc::ServerContextBase& context) {
  TG_ASSIGN_OR_RETURN(Identity caller, ReadIdentity(*context.auth_context()));
  TG_RETURN_IF_ERROR(Enter(caller.organization));
  return caller;
}

void StreamRoom::Leave(const std::string& organization) {
  const auto it = each_.find(organization);
  if (it == each_.end()) return;
  --all_;
  if (--it->second == 0) each_.erase(it);
}

}  // namespace tongguan::service

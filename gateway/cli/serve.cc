#include <pthread.h>
#include <signal.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/cli/client.h"
#include "gateway/cli/flow_file.h"
#include "gateway/cli/verb.h"
#include "gateway/service/server.h"

namespace tongguan::cli {
namespace {

struct Flags {
  std::string config;
  std::string listen;
  std::string ledger;
  std::string log_key;
  std::string policy_dir;
  std::string metrics_listen;
  std::string certificate;
  std::string private_key;
  std::string client_ca;
  bool unsigned_dev_policy = false;
};

// The file, then the flags over it.
absl::Status ReadConfig(const Flags& flags, std::istream& in,
                        v1::GatewayConfig* config) {
  if (!flags.config.empty()) {
    const auto text = ReadInput(flags.config, in);
    if (!text.ok()) return text.status();
    const absl::Status parsed = ReadTextProto(flags.config, *text, config);
    if (!parsed.ok()) return parsed;
  }
  const auto override_with = [](const std::string& flag, std::string* field) {
    if (!flag.empty()) *field = flag;
  };
  override_with(flags.listen, config->mutable_listen());
  override_with(flags.ledger, config->mutable_ledger());
  override_with(flags.log_key, config->mutable_log_key());
  override_with(flags.policy_dir, config->mutable_policy_dir());
  override_with(flags.metrics_listen, config->mutable_metrics_listen());
  v1::TlsFiles* tls = config->mutable_tls();
  override_with(flags.certificate, tls->mutable_certificate());
  override_with(flags.private_key, tls->mutable_private_key());
  override_with(flags.client_ca, tls->mutable_client_ca());
  if (flags.unsigned_dev_policy) config->set_unsigned_dev_policy(true);
  return absl::OkStatus();
}

// The signals that steer the gateway, blocked while this stands: in this thread
// and in those it starts, so that only the thread that waits for them sees
// them.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  const sigset_t& set() const { return set_; }

 private:
  sigset_t set_;
  sigset_t before_;
};

// SIGHUP reloads the policy; SIGTERM and SIGINT drain and end this.
void Steer(Context& context, const sigset_t& signals, service::Server& server) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    const absl::Status reloaded = server.Reload();
    if (reloaded.ok()) {
      context.Note("serve.reloaded");
    } else {
      context.Note("serve.reload_refused");
      context.FailHere(reloaded);
    }
  }
  server.Drain();
}

int Serve(Context& context, const Flags& flags) {
  const SystemClock clock;
  service::ServerOptions options;
  options.clock = &clock;
  const absl::Status read = ReadConfig(flags, context.in(), &options.config);
  if (!read.ok()) return context.FailHere(read);
  const std::string listen = options.config.listen();
  const BlockedSignals signals;
  const auto server = service::Server::Start(std::move(options));
  if (!server.ok()) return context.FailHere(server.status());
  if (!(*server)->new_log_key().empty()) {
    context.Note("serve.new_log_key", {{"0", (*server)->new_log_key()}});
  }
  // Scripts wait for this line; it is the same in every language.
  context.out() << "listening on "
                << absl::StrCat(listen.substr(0, listen.rfind(':')), ":",
                                (*server)->port())
                << std::endl;
  std::thread steering([&] { Steer(context, signals.set(), **server); });
  const absl::Status ended = (*server)->Wait();
  // Ends the steering thread where the server ended by itself. The signal is
  // blocked, and goes with its thread: to the process it would stay pending
  // and end it below.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(steering.native_handle(), SIGTERM);
  steering.join();
  if (!ended.ok()) return context.FailHere(ended);
  context.Note("serve.ended");
  return kSuccess;
}

}  // namespace

void AddServe(const Setup& setup) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = setup.app.add_subcommand("serve", setup.T("help.serve"));
  verb->add_option("--config", flags->config, setup.T("help.config"));
  verb->add_option("--listen", flags->listen, setup.T("help.listen"));
  verb->add_option("--ledger", flags->ledger, setup.T("help.ledger"));
  verb->add_option("--log-key", flags->log_key, setup.T("help.log_key"));
  verb->add_option("--policy-dir", flags->policy_dir,
                   setup.T("help.policy_dir"));
  verb->add_option("--metrics-listen", flags->metrics_listen,
                   setup.T("help.metrics_listen"));
  verb->add_option("--tls-certificate", flags->certificate,
                   setup.T("help.tls_certificate"));
  verb->add_option("--tls-key", flags->private_key, setup.T("help.tls_key"));
  verb->add_option("--client-ca", flags->client_ca, setup.T("help.client_ca"));
  verb->add_flag("--unsigned-dev-policy", flags->unsigned_dev_policy,
                 setup.T("help.unsigned"));
  verb->callback([flags, &chosen = setup.chosen] {
    chosen = [flags](Context& context) { return Serve(context, *flags); };
  });
}

}  // namespace tongguan::cli

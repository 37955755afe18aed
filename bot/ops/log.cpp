#include "bot/ops/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace bot::ops {
namespace {

/// The message with control characters as \u00XX, and quotes escaped where it stands inside JSON.
class SafeMessage final : public spdlog::custom_flag_formatter {
public:
    explicit SafeMessage(bool json) : json_(json) {}

    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override
    {
        for (const char c : message.payload) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20 || byte == 0x7f)
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
            else if (json_ && (c == '"' || c == '\\'))
                out.push_back('\\'), out.push_back(c);
            else
                out.push_back(c);
        }
    }

    std::unique_ptr<custom_flag_formatter> clone() const override
    {
        return std::make_unique<SafeMessage>(json_);
    }

private:
    bool json_;
};

} // namespace

void setup_log(bool json, const std::string& level)
{
    auto logger =
        std::make_shared<spdlog::logger>("lastmeter", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<SafeMessage>('*', json);
    formatter->set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%*"})"
                                : "%H:%M:%S.%e %^%-5l%$ %*");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace bot::ops

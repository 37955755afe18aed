#include "bot/doors/tencent/envelope.hpp"

#include "bot/doors/tencent/fields.hpp"
#include "bot/net/http.hpp"

#include <nlohmann/json.hpp>

namespace bot::doors::tencent {
namespace {

std::string value_of(std::string_view query, std::string_view name)
{
    return net::form_value(query, name).value_or("");
}

struct Sealed {
    std::string encrypted, signature, timestamp;
};

Sealed seal(const Credentials& credentials, std::string_view message, const Stamp& stamp)
{
    Sealed sealed;
    sealed.timestamp = std::to_string(stamp.seconds);
    sealed.encrypted = encrypt(credentials.key, message, credentials.receive_id, stamp.random16);
    sealed.signature = sha1_sorted({credentials.token, sealed.timestamp, stamp.nonce, sealed.encrypted});
    return sealed;
}

} // namespace

Result<std::string> open_sealed(const Credentials& credentials, std::string_view query,
                                std::string_view encrypted)
{
    const std::string signature = value_of(query, "msg_signature");
    const std::string timestamp = value_of(query, "timestamp"), nonce = value_of(query, "nonce");
    if (signature.empty() || timestamp.empty() || nonce.empty() || encrypted.empty())
        return make_error_code(Errc::missing_credential);
    if (!same(sha1_sorted({credentials.token, timestamp, nonce, encrypted}), signature))
        return make_error_code(Errc::bad_credential);
    return decrypt_for(credentials.key, encrypted, credentials.receive_id);
}

Result<std::string> verify_address(const Credentials& credentials, std::string_view query)
{
    return open_sealed(credentials, query, value_of(query, "echostr"));
}

Result<std::string> open_letter(const Credentials& credentials, std::string_view query, std::string_view body)
{
    const auto fields = read_fields(body);
    if (!fields)
        return fields.error();
    const std::string& encrypted = fields->has("encrypt") ? fields->get("encrypt") : fields->get("Encrypt");
    return open_sealed(credentials, query, encrypted);
}

std::string seal_xml(const Credentials& credentials, std::string_view message, const Stamp& stamp)
{
    const Sealed sealed = seal(credentials, message, stamp);
    return "<xml><Encrypt>" + cdata(sealed.encrypted) + "</Encrypt><MsgSignature>" + cdata(sealed.signature) +
           "</MsgSignature><TimeStamp>" + sealed.timestamp + "</TimeStamp><Nonce>" + cdata(stamp.nonce) +
           "</Nonce></xml>";
}

std::string seal_json(const Credentials& credentials, std::string_view message, const Stamp& stamp)
{
    const Sealed sealed = seal(credentials, message, stamp);
    return nlohmann::json{{"Encrypt", sealed.encrypted},
                          {"MsgSignature", sealed.signature},
                          {"TimeStamp", stamp.seconds},
                          {"Nonce", stamp.nonce}}
        .dump();
}

std::string seal_small_json(const Credentials& credentials, std::string_view message, const Stamp& stamp)
{
    const Sealed sealed = seal(credentials, message, stamp);
    return nlohmann::json{{"encrypt", sealed.encrypted},
                          {"msgsignature", sealed.signature},
                          {"timestamp", stamp.seconds},
                          {"nonce", stamp.nonce}}
        .dump();
}

} // namespace bot::doors::tencent

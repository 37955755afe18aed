#include "bot/knowledge/model_file.hpp"

#include <cstring>
#include <stdexcept>

namespace bot::knowledge {
namespace {

constexpr char magic[8] = {'L', 'M', 'M', 'O', 'D', 'E', 'L', '3'};

bool starts_right(std::istream& in, std::uint64_t fingerprint)
{
    char found[sizeof magic] = {};
    std::uint64_t learnt_from = 0;
    return in.read(found, sizeof found) && std::memcmp(found, magic, sizeof magic) == 0 &&
           in.read(reinterpret_cast<char*>(&learnt_from), sizeof learnt_from) && learnt_from == fingerprint;
}

} // namespace

ModelWriter::ModelWriter(const std::filesystem::path& file, std::uint64_t fingerprint)
    : file_(file), out_(file, std::ios::binary | std::ios::trunc)
{
    out_.write(magic, sizeof magic);
    out_.write(reinterpret_cast<const char*>(&fingerprint), sizeof fingerprint);
}

void ModelWriter::finish()
{
    if (!out_.flush())
        throw std::runtime_error(file_.string() + ": cannot be written");
}

ModelReader::ModelReader(const std::filesystem::path& file, std::uint64_t fingerprint)
    : in_(file, std::ios::binary), good_(starts_right(in_, fingerprint))
{
}

} // namespace bot::knowledge

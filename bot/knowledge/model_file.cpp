#include "bot/knowledge/model_file.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bot::knowledge {
namespace {

constexpr char magic[8] = {'L', 'M', 'M', 'O', 'D', 'E', 'L', '4'};
constexpr std::size_t head_size = sizeof magic + sizeof(std::uint64_t);
constexpr std::size_t alignment = 8; ///< of every array, which its count precedes

std::size_t padding(std::size_t bytes)
{
    return (alignment - bytes % alignment) % alignment;
}

} // namespace

ModelWriter::ModelWriter(const std::filesystem::path& file, std::uint64_t fingerprint)
    : file_(file), fresh_(file.string() + ".new"), out_(fresh_, std::ios::binary | std::ios::trunc)
{
    out_.write(magic, sizeof magic);
    out_.write(reinterpret_cast<const char*>(&fingerprint), sizeof fingerprint);
}

void ModelWriter::write(const void* data, std::uint64_t count, std::size_t bytes)
{
    static constexpr char zeros[alignment] = {};
    out_.write(reinterpret_cast<const char*>(&count), sizeof count);
    out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    out_.write(zeros, static_cast<std::streamsize>(padding(bytes)));
}

void ModelWriter::finish()
{
    std::error_code failed;
    out_.close();
    if (out_)
        std::filesystem::rename(fresh_, file_, failed);
    if (!out_ || failed)
        throw std::runtime_error(file_.string() + ": cannot be written");
}

ModelReader::Bytes::Bytes(const std::filesystem::path& file)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    struct stat about {};
    const std::size_t size = ::fstat(fd, &about) == 0 ? static_cast<std::size_t>(about.st_size) : 0;
    void* const mapped = size == 0 ? MAP_FAILED : ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    if (mapped == MAP_FAILED)
        return;
    owner_ = {mapped, [size](const void* at) { ::munmap(const_cast<void*>(at), size); }};
    size_ = size;
}

ModelReader::ModelReader(const std::filesystem::path& file, std::uint64_t fingerprint)
    : bytes_(file), at_(head_size)
{
    good_ = bytes_.size() >= head_size && std::memcmp(bytes_.data(), magic, sizeof magic) == 0 &&
            std::memcmp(bytes_.data() + sizeof magic, &fingerprint, sizeof fingerprint) == 0;
}

const void* ModelReader::next(std::size_t value_size, std::uint64_t& count)
{
    good_ = good_ && bytes_.size() - at_ >= sizeof count;
    if (!good_)
        return nullptr;
    std::memcpy(&count, bytes_.data() + at_, sizeof count);
    at_ += sizeof count;
    good_ = count <= (bytes_.size() - at_) / value_size;
    if (!good_)
        return nullptr;
    const void* const found = bytes_.data() + at_;
    const std::size_t size = static_cast<std::size_t>(count) * value_size;
    at_ = std::min(bytes_.size(), at_ + size + padding(size));
    return found;
}

} // namespace bot::knowledge

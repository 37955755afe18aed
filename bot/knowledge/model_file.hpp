#pragma once
#include "bot/knowledge/block.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <type_traits>

/// Inside of this room: the file of what was learnt from a library. It is read by the program that wrote it,
/// on the same machine, so numbers stand in it as they do in memory.
namespace bot::knowledge {

class ModelWriter {
public:
    /// `fingerprint` says what it was learnt from. The file is written beside its place and put there whole
    /// by `finish`: who has mapped the one before keeps it.
    ModelWriter(const std::filesystem::path& file, std::uint64_t fingerprint);

    template <class T> void put(std::span<const T> values)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        write(values.data(), values.size(), values.size_bytes());
    }

    /// Throws std::runtime_error when not everything could be written.
    void finish();

private:
    void write(const void* data, std::uint64_t count, std::size_t bytes);

    std::filesystem::path file_, fresh_;
    std::ofstream out_;
};

/// Maps the file: blocks that are taken from it keep it mapped.
class ModelReader {
public:
    ModelReader(const std::filesystem::path& file, std::uint64_t fingerprint);

    /// False when the file is missing, of another fingerprint or format, or ended too early.
    bool good() const { return good_; }

    template <class T> void take(Block<T>& block)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        std::uint64_t count = 0;
        if (const void* at = next(sizeof(T), count))
            block = Block<T>(bytes_.owner(), {static_cast<const T*>(at), static_cast<std::size_t>(count)});
    }

private:
    /// A mapped file's bytes.
    class Bytes {
    public:
        Bytes() = default;
        explicit Bytes(const std::filesystem::path& file);
        const std::shared_ptr<const void>& owner() const { return owner_; }
        const unsigned char* data() const { return static_cast<const unsigned char*>(owner_.get()); }
        std::size_t size() const { return size_; }

    private:
        std::shared_ptr<const void> owner_;
        std::size_t size_ = 0;
    };

    /// Where the next array lies and how many values of `value_size` bytes it has; null once anything is
    /// wrong.
    const void* next(std::size_t value_size, std::uint64_t& count);

    Bytes bytes_;
    std::size_t at_ = 0;
    bool good_ = false;
};

} // namespace bot::knowledge

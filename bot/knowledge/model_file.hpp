#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

/// Inside of this room: the file of what was learnt from a library. It is read by the program that wrote it,
/// on the same machine, so numbers stand in it as they do in memory.
namespace bot::knowledge {

class ModelWriter {
public:
    /// `fingerprint` says what it was learnt from.
    ModelWriter(const std::filesystem::path& file, std::uint64_t fingerprint);

    template <class T> void put(const std::vector<T>& values)
    {
        const std::uint64_t count = values.size();
        out_.write(reinterpret_cast<const char*>(&count), sizeof count);
        out_.write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(count * sizeof(T)));
    }

    /// Throws std::runtime_error when not everything could be written.
    void finish();

private:
    std::filesystem::path file_;
    std::ofstream out_;
};

class ModelReader {
public:
    ModelReader(const std::filesystem::path& file, std::uint64_t fingerprint);

    /// False when the file is missing, of another fingerprint or format, or ended too early.
    bool good() const { return good_; }

    template <class T> void take(std::vector<T>& values)
    {
        constexpr std::uint64_t most = 1U << 30U;
        std::uint64_t count = 0;
        good_ = good_ && in_.read(reinterpret_cast<char*>(&count), sizeof count) && count <= most;
        if (!good_)
            return;
        values.resize(count);
        good_ = static_cast<bool>(in_.read(reinterpret_cast<char*>(values.data()),
                                           static_cast<std::streamsize>(count * sizeof(T))));
    }

private:
    std::ifstream in_;
    bool good_;
};

} // namespace bot::knowledge

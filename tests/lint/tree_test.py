"""Whether tree.py finds what it is for: planted breaches, and lines that only look like one."""
import unittest

import tree

VECTORS = [
    # name, file, line, whether it is a breach
    ("core_includes_net", "bot/core/a.cpp", '#include "bot/net/http.hpp"', True),
    ("net_includes_core", "bot/net/a.cpp", '#include "bot/core/error.hpp"', False),
    ("storage_includes_outreach", "bot/storage/a.cpp", '#include "bot/outreach/pacer.hpp"', True),
    ("knowledge_includes_handlers", "bot/knowledge/a.cpp", '#include "handlers/handler.hpp"', True),
    ("room_includes_program", "bot/console/a.cpp", '#include "bot/app.hpp"', True),
    ("program_includes_all", "bot/cli.cpp", '#include "bot/storage/database.hpp"', False),
    ("door_includes_storage", "bot/doors/sandbox/a.cpp", '#include "bot/storage/database.hpp"', True),
    ("door_includes_handlers", "bot/doors/sandbox/a.cpp", '#include "handlers/handler.hpp"', True),
    ("door_includes_door", "bot/doors/sandbox/a.cpp", '#include "bot/doors/onebot11/send.hpp"', True),
    ("door_includes_itself", "bot/doors/sandbox/a.cpp", '#include "bot/doors/sandbox/door.hpp"', False),
    ("door_includes_platform", "bot/doors/sandbox/a.cpp", '#include "bot/doors/platform.hpp"', False),
    ("door_includes_registration", "bot/doors/sandbox/a.cpp", '#include "bot/doors/doors.hpp"', True),
    ("registration_includes_door", "bot/doors/doors.cpp", '#include "bot/doors/onebot11/platform.hpp"', False),
    ("handler_includes_door", "handlers/a.cpp", '#include "bot/doors/doors.hpp"', True),
    ("unknown_room", "bot/cellar/a.cpp", '#include "bot/core/error.hpp"', True),
    ("soci_outside_storage", "handlers/a.cpp", "#include <soci/soci.h>", True),
    ("soci_in_storage", "bot/storage/a.cpp", "#include <soci/soci.h>", False),
    ("beast_outside_net", "bot/doors/onebot11/a.cpp", "#include <boost/beast/http.hpp>", True),
    ("json_in_header", "bot/net/a.hpp", "#include <nlohmann/json.hpp>", True),
    ("json_forward_in_header", "bot/net/a.hpp", "#include <nlohmann/json_fwd.hpp>", False),
    ("platform_in_handler", "handlers/a.cpp", "// as OneBot does", True),
    ("platform_in_its_door", "bot/doors/onebot11/a.cpp", "// as OneBot does", False),
    ("platform_word_inside_a_word", "bot/core/a.cpp", "int qqq = 0;", False),
    ("sleeps", "tests/unit/a.cpp", "std::this_thread::sleep_for(1s);", True),
    ("unfinished", "bot/core/a.cpp", "// TODO: more", True),
    ("silenced", "bot/core/a.cpp", "int a; // NOLINT", True),
]


class Tree(unittest.TestCase):
    def test_vectors(self):
        for name, file, line, breach in VECTORS:
            with self.subTest(name):
                self.assertEqual(bool(list(tree.problems_in(file, line))), breach)

    def test_length(self):
        self.assertEqual(list(tree.problems_in("bot/core/a.cpp", "\n" * 600)), [])
        self.assertEqual(len(list(tree.problems_in("bot/core/a.cpp", "\n" * 601))), 1)

    def test_every_exception_is_needed(self):
        for file, pattern, _ in tree.PLATFORM_ALLOWED:
            lines = (tree.ROOT / file).read_text(encoding="utf-8").splitlines()
            self.assertTrue(any(tree.PLATFORM.search(line) and tree.re.search(pattern, line) for line in lines), (file, pattern))
        for file in tree.HEAVY_ALLOWED:
            self.assertTrue((tree.ROOT / file).is_file(), file)


if __name__ == "__main__":
    unittest.main()

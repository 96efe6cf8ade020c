package dev.windlass.apiserver.internal.cel;

import dev.cel.common.types.SimpleType;

/** What Kubernetes adds to the language for making patches. */
final class PatchFunctions extends Functions {
    PatchFunctions() {
        global("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", SimpleType.STRING,
                args -> ((String) args[0]).replace("~", "~0").replace("/", "~1"), SimpleType.STRING);
    }
}

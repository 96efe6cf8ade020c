package dev.windlass.modules;

import dev.windlass.modules.internal.proof.Leak;
import dev.windlass.modules.internal.proof.Remain;
import dev.windlass.modules.internal.proof.UnloadProof;
import java.util.List;
import java.util.Optional;

/**
 * The end of one load of a module. It keeps nothing of the module alive.
 *
 * @param remains what the module had left behind elsewhere in the JVM
 */
record Unload(String version, UnloadProof proof, List<Remain> remains) {

    UnloadState state() {
        return switch (proof.state()) {
            case PENDING -> UnloadState.PENDING;
            case PROVED -> UnloadState.PROVED;
            case LEAKED -> UnloadState.LEAKED;
        };
    }

    UnloadReport report() {
        Optional<Leak> leak = proof.leak();
        return new UnloadReport(proof.name(), version, proof.generation(), state(), proof.since(),
                leak.map(found -> found.cause().name()).orElse(""), leak.map(Leak::what).orElse(""),
                leak.map(Leak::chain).orElse(List.of()), leak.map(Leak::remedy).orElse(""),
                remains.stream().map(Remain::toString).toList());
    }
}

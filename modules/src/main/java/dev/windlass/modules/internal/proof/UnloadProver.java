package dev.windlass.modules.internal.proof;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.windlass.modules.internal.disk.Folders;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out at once what has become of class loaders, and what holds those that are still there. Everybody pays: the collections and the
 * dump pause the whole JVM, for several seconds for each GB of live objects, and the dump and its index take up to twice as much room as
 * these in the folder for temporary files. The search itself pauses nobody; it reads through files that are mapped into memory,
 * and takes a sixtieth of the heap.
 */
public final class UnloadProver {

    /** How often a collection is asked for. Clean unloads need one or two. */
    private static final int COLLECTIONS = 5;
    /** How long to wait for each: the JVM tells of what it has collected on a thread of low importance. */
    private static final Duration PATIENCE = Duration.ofMillis(400);

    private static final Set<DumpedRoot.Kind> ALL = EnumSet.allOf(DumpedRoot.Kind.class);
    private static final Set<DumpedRoot.Kind> SURE = EnumSet.complementOf(EnumSet.of(DumpedRoot.Kind.CLASS_VALUE));

    private UnloadProver() {
    }

    /**
     * Proves as many as can be, and says of the others what holds them: by the shortest way of strong references to the class loader; if
     * there is none, it is {@code PENDING} still, and {@link LeakCause#SOFT_REFERENCE} says what keeps it until memory gets short. One
     * dump serves all. The files are deleted before this returns.
     *
     * @throws IOException when there is no room for a dump, or it cannot be read
     */
    public static void prove(List<UnloadProof> proofs) throws InterruptedException, IOException {
        collect(proofs);
        List<UnloadProof> left = open(proofs);
        if (left.isEmpty()) {
            return;
        }
        left.forEach(proof -> proof.looking().lock());
        Map<UnloadProof, Leak> findings;
        try {
            findings = search(left);
        } finally {
            left.forEach(proof -> proof.looking().unlock());
        }
        for (UnloadProof proof : left) {
            Leak finding = findings.get(proof);
            if (finding == null) {
                proof.await(Integer.MAX_VALUE, PATIENCE.multipliedBy(COLLECTIONS)); // the dump's own collection has got it
            } else if (isNews(proof, finding)) {
                proof.watch().tell(proof);
            }
        }
    }

    private static boolean isNews(UnloadProof proof, Leak finding) {
        return switch (finding.cause()) {
            case SOFT_REFERENCE -> proof.heldSoftly(finding);
            case UNKNOWN -> proof.notFound(finding);
            default -> proof.leaked(finding);
        };
    }

    private static List<UnloadProof> open(List<UnloadProof> proofs) {
        return proofs.stream().filter(proof -> proof.state() != UnloadProof.State.PROVED).toList();
    }

    private static void collect(List<UnloadProof> proofs) throws InterruptedException {
        for (int i = 0; i < COLLECTIONS && !open(proofs).isEmpty(); i++) {
            List<UnloadProof> left = open(proofs);
            int before = left.getFirst().fullCollections();
            System.gc();
            left.getFirst().await(before + 1, PATIENCE);
        }
    }

    private static Map<UnloadProof, Leak> search(List<UnloadProof> proofs) throws IOException {
        // The owner's alone: a dump has every secret of the process.
        Path folder = Files.createTempDirectory("windlass-proof-" + ProcessHandle.current().pid() + "-");
        try {
            long live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            long room = Files.getFileStore(folder).getUsableSpace();
            if (room < 2 * live) {
                throw new IOException(
                        "a dump needs up to %d MB, and %s has %d MB: make room, or set java.io.tmpdir to another folder"
                                .formatted((2 * live) >> 20, folder.getParent(), room >> 20));
            }
            Path file = folder.resolve("heap.hprof");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
            try (HeapDump dump = new HeapDump(file, folder)) {
                return search(dump, proofs);
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private static Map<UnloadProof, Leak> search(HeapDump dump, List<UnloadProof> proofs) throws IOException {
        DumpedObjects objects = new DumpedObjects(dump);
        Map<Long, UnloadProof> byLoader = new HashMap<>();
        for (long place : dump.loaderReferences()) {
            long reference = dump.id(place + 1);
            long loader = objects.field(reference, "referent");
            for (UnloadProof proof : proofs) {
                if (loader != 0 && objects.primitive(reference, "number") == proof.number()) {
                    byLoader.put(loader, proof);
                }
            }
        }
        Map<UnloadProof, Leak> findings = new HashMap<>();
        ChainSearch search = new ChainSearch(dump, objects);
        for (boolean soft : new boolean[]{false, true}) {
            for (Set<DumpedRoot.Kind> roots : List.of(SURE, ALL)) {
                search.find(Set.copyOf(byLoader.keySet()), roots, soft).forEach((loader, chain) -> {
                    UnloadProof proof = byLoader.remove(loader);
                    if (proof != null) {
                        findings.put(proof, Diagnosis.of(dump, objects, chain, soft));
                    }
                });
            }
        }
        byLoader.forEach((loader, proof) -> findings.put(proof, new Leak(LeakCause.UNKNOWN,
                "the JVM keeps the class loader, and the dump does not show why", List.of(),
                "look at native libraries that the module has loaded, and at threads of the host that called the module often without InlineBarrier: what was compiled for them holds its classes until they have returned from it")));
        return findings;
    }
}

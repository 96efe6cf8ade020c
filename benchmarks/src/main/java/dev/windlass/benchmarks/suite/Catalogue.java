package dev.windlass.benchmarks.suite;

import dev.windlass.benchmarks.suite.Comparison.Entry;
import dev.windlass.benchmarks.suite.Comparison.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static dev.windlass.benchmarks.suite.Comparison.Row.less;
import static dev.windlass.benchmarks.suite.Comparison.Row.more;

/** All comparisons. */
final class Catalogue {

    static final String WINDLASS = "Windlass";
    static final String WINDLASS_AOT = "Windlass, AOT cache";
    static final String GO = "controller-runtime";
    static final String GO_PLAIN = "client-go, plain queue";
    static final String JOSDK = "Java Operator SDK";
    static final String OFFICIAL = "official Java client";
    static final String FABRIC8 = "fabric8 informer";
    static final String PF4J = "PF4J";
    static final String FLOOR = "JVM floor";
    static final String KUBE_APISERVER = "kube-apiserver, etcd";

    private final Contenders contenders;
    private final String kubeconfig;
    private final String empty;
    private final Scale scale;

    /**
     * @param kubeconfig of the server with many objects
     * @param empty of one with a single object
     */
    Catalogue(Contenders contenders, Path kubeconfig, Path empty, Scale scale) {
        this.contenders = contenders;
        this.kubeconfig = kubeconfig.toString();
        this.empty = empty.toString();
        this.scale = scale;
    }

    List<Comparison> all() {
        return List.of(queue(), sync(), controller("controller", "few", "a kind with a handful of objects"),
                controller("controller-many", "many", "a kind with %s objects".formatted(grouped(scale.objects()))),
                units(100_000), units(10_000),
                units(1_000), units(1), stopUnit(), events(), admission(10_000), modules(), image(),
                server(), apiServer());
    }

    private Comparison queue() {
        String rounds = number(scale.queueRounds());
        return new Comparison("queue", "Work queue",
                """
                        Distinct keys, each added, taken and given back by the same thread; 200 000 of them in a round, medians of \
                        warm rounds, and of the first fifth of each JVM. Then 100 000 keys are added, and all of them taken and given back.""",
                false,
                List.of(new Entry(WINDLASS, "", contenders.windlass("queue", rounds)),
                        new Entry(GO, "",
                                contenders.go("queue", "priority", number(Math.max(1, scale.queueRounds() / 5)))),
                        new Entry(GO_PLAIN, "", contenders.go("queue", "plain", rounds)),
                        new Entry(OFFICIAL, "", contenders.official("queue", rounds))),
                List.of(more("threads-1", "add + get + done, 1 thread"),
                        more("threads-8", "add + get + done, 8 threads"),
                        more("cold.threads-1", "the same cold, 1 thread"),
                        more("cold.threads-8", "the same cold, 8 threads"),
                        less("fill", "add 100 000"), less("drain", "get + done of 100 000")));
    }

    private Comparison sync() {
        String many = number(scale.objects());
        String rounds = number(scale.rounds());
        List<Entry> entries = new ArrayList<>();
        for (String workers : List.of("1", "8")) {
            String prefix = workers + ".";
            entries.add(new Entry(WINDLASS, prefix, contenders.windlass("sync", kubeconfig, many, workers, rounds)));
            entries.add(new Entry(WINDLASS_AOT, prefix,
                    contenders.windlassWithCache("sync", kubeconfig, many, workers, "1")));
            entries.add(new Entry(GO, prefix,
                    contenders.go("sync", kubeconfig, many, workers, number(scale.rounds() / 2 + 1))));
            entries.add(new Entry(JOSDK, prefix, contenders.josdk("sync", kubeconfig, many, workers, rounds)));
            entries.add(new Entry(OFFICIAL, prefix, contenders.official("sync", kubeconfig, many, workers, rounds)));
        }
        entries.add(new Entry(FABRIC8, "1.", contenders.fabric8("sync", kubeconfig, many, "1", rounds)));
        entries.add(new Entry(WINDLASS, "empty.", contenders.windlass("sync", empty, "1", "1", "1")));
        entries.add(new Entry(GO, "empty.", contenders.go("sync", empty, "1", "1", "1")));
        entries.add(new Entry(JOSDK, "empty.", contenders.josdk("sync", empty, "1", "1", "1")));
        entries.add(new Entry(OFFICIAL, "empty.", contenders.official("sync", empty, "1", "1", "1")));
        entries.add(new Entry(FABRIC8, "empty.", contenders.fabric8("sync", empty, "1", "1", "1")));
        List<Row> rows = new ArrayList<>();
        rows.add(less("1.synced", "start → synced"));
        rows.add(less("1.reconciled", "start → all reconciled, 1 worker"));
        rows.add(less("8.reconciled", "start → all reconciled, 8 workers"));
        rows.add(less("1.launched", "launch of the process → all reconciled, 1 worker"));
        rows.add(less("1.cpu", "CPU to there"));
        rows.add(less("1.early.reconciled", "the next rounds: start → all reconciled, 1 worker"));
        rows.add(less("8.early.reconciled", "the next rounds: start → all reconciled, 8 workers"));
        rows.add(less("1.warm.synced", "warm: start → synced"));
        rows.add(less("1.warm.reconciled", "warm: start → all reconciled, 1 worker"));
        rows.add(less("8.warm.reconciled", "warm: start → all reconciled, 8 workers"));
        rows.add(less("1.warm.cpu", "warm: CPU to there"));
        rows.add(less("each.bytes", "bytes that each object keeps"));
        rows.add(less("1.bytes", "all that is kept, by object"));
        rows.add(less("itself", "kept with one object"));
        rows.add(less("1.resident", "resident memory"));
        rows.add(less("1.threads", "platform threads, 1 worker"));
        rows.add(less("8.threads", "platform threads, 8 workers"));
        return new Comparison("sync",
                "From start to %s objects synced and reconciled".formatted(grouped(scale.objects())),
                "A real kube-apiserver with etcd on the same cores holds many ConfigMaps of 800 bytes of data. A reconciler"
                        + " reads its object from the cache and returns. Start is the first line that uses the library, in a"
                        + " fresh process; then follow rounds with a fresh manager in the same process: in the first half of"
                        + " them the JVM still compiles, in the second it is warm. The official client and"
                        + " controller-runtime poll for sync.",
                true, entries, rows);
    }

    private Comparison controller(String name, String which, String what) {
        String slow = number(scale.slowCycles());
        // With many objects a cycle takes several times as long.
        String cycles = which.equals("many") ? slow : number(scale.cycles());
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(WINDLASS, "", contenders.windlass("controller", kubeconfig, which, cycles)));
        entries.add(new Entry(GO, "", contenders.go("controller", kubeconfig, which, number(scale.cycles() / 5))));
        if (which.equals("few")) {
            entries.add(new Entry(JOSDK, "", contenders.josdk("controller", kubeconfig, which, slow)));
            entries.add(new Entry(OFFICIAL, "", contenders.official("controller", kubeconfig, which, slow)));
            entries.add(new Entry(FABRIC8, "", contenders.fabric8("controller", kubeconfig, which, slow)));
        }
        return new Comparison(name, "One idle controller comes and goes: " + what,
                """
                        Another user keeps the watch warm, and 20 s of cycles have compiled the code of the Java programs; those of \
                        the first second are shown as cold. Windlass: from `add` to `READY`, from `stop` to the report, with handlers removed and the \
                        knowledge of all objects kept for the next start. controller-runtime: a wrapper that cancels the context of \
                        one unmanaged controller, which is all that it offers. Java Operator SDK: the whole operator. fabric8: one informer.""",
                true, entries,
                List.of(less("ready.p50", "add → READY, p50"), less("ready.p99", "add → READY, p99"),
                        less("stop.p50", "stop, p50"), less("stop.p99", "stop, p99"),
                        less("cold.stop.p50", "cold: stop, p50"),
                        less("left.threads", "threads or goroutines left behind per cycle"),
                        less("left.bytes", "bytes left behind per cycle")));
    }

    private Comparison units(int count) {
        String each = number(count);
        String inAll = number(scale.units());
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(WINDLASS, "", contenders.windlass("units", each, inAll)));
        entries.add(new Entry(GO, "", contenders.go("units", each, inAll)));
        entries.add(new Entry(FLOOR, "", contenders.windlass("floor", each, inAll)));
        List<Row> rows = new ArrayList<>();
        rows.add(less("add-start", "add + start, each"));
        rows.add(less("stop", "stop of all, with the manager"));
        rows.add(less("cold.add-start", "cold: add + start, each"));
        rows.add(less("cold.stop", "cold: stop of all"));
        if (count > 1) {
            rows.add(less("bytes", "bytes each"));
        }
        return new Comparison("units-" + count,
                count == 1 ? "One plain unit" : grouped(count) + " plain units",
                """
                        Units that wait for their stop. Windlass keeps a registry entry, a ledger and a stop report for each; the \
                        JVM floor is as many named virtual threads with one small object each, unparked and joined.""",
                false, entries, rows);
    }

    private Comparison stopUnit() {
        return new Comparison("stop-unit", "Stop of one idle unit",
                """
                        From the request to the report, many times. controller-runtime cannot stop one runnable; the JVM floor is a \
                        virtual thread that is unparked and joined.""",
                false,
                List.of(new Entry(WINDLASS, "", contenders.windlass("stop-unit", number(scale.stops()))),
                        new Entry(FLOOR, "", contenders.windlass("floor-stop", number(scale.stops())))),
                List.of(less("stop.p50", "stop, p50"), less("stop.p99", "stop, p99"),
                        less("cold.stop.p50", "cold: stop, p50")));
    }

    private Comparison events() {
        return new Comparison("events", "Events to 100 listeners",
                "500 units are added, awaited and removed, one after the other; all events to all listeners, per second.",
                false, List.of(new Entry(WINDLASS, "", contenders.windlass("events", number(scale.eventRounds())))),
                List.of(more("delivered", "events delivered")));
    }

    private Comparison admission(int count) {
        return new Comparison("admission", "Admission of %s units by a quota".formatted(grouped(count)),
                """
                        Each unit declares one watch. Half of them fit; the others are added and wait; the limit is doubled, until all \
                        run; one more of a higher class takes the place of another; the limit is halved, until half have stopped. \
                        controller-runtime has no quota.""",
                false,
                List.of(new Entry(WINDLASS, "",
                        contenders.windlass("admission", number(count), number(scale.admissionRounds())))),
                List.of(less("admit", "add → ready of one that fits"), less("queue", "add of one that has to wait"),
                        less("raise", "limit doubled → all run"),
                        less("pre-empt", "one of a higher class: add → ready, with the stop of another"),
                        less("lower", "limit halved → half have stopped")));
    }

    private Comparison modules() {
        String rounds = number(scale.moduleRounds());
        return new Comparison("modules", "Modules come and go",
                """
                        A jar with one class, whose code waits in a virtual thread for its end: loaded until that code runs, unloaded until it has ended \
                        and been let go of, and gone when its classes are known to have been collected, for which collections are forced. \
                        Windlass checks the jar, copies it and rewrites calls of System.exit, and proves itself that the classes are \
                        gone; PF4J's class loaders, and those of the JVM floor (a URLClassLoader and a thread), are watched from \
                        outside. One at a time, the very first in the process apart; then a hundred at once.""",
                false,
                List.of(new Entry(WINDLASS, "", contenders.windlass("modules", rounds)),
                        new Entry(PF4J, "", contenders.pf4j("modules", rounds)),
                        new Entry(FLOOR, "", contenders.windlass("floor-modules", rounds))),
                List.of(less("first.load", "the first: load → its code runs"), less("load", "load → its code runs"),
                        less("unload", "unload → ended"), less("gone", "→ known to be gone"),
                        less("many.load", "100 at once: load → all run"),
                        less("many.unload", "100: unload → all ended"),
                        less("many.gone", "100: → all known to be gone"),
                        less("heap", "heap that each keeps"), less("metaspace", "metaspace that each keeps"),
                        less("left", "heap that 100 have left behind")));
    }

    private Comparison image() {
        return new Comparison("image", "Start of the image of the website example",
                """
                        What the image has, in a folder, started by its command on an embedded API server that holds the definitions \
                        and the websites of the example when all are reconciled, on the same cores: from the launch of the process to there, \
                        in turn without the AOT cache and with the one that was trained before, as the build of the image does it.""",
                false, List.of(new Entry(WINDLASS, "", contenders.image(scale.images()))),
                List.of(less("image.without", "launch → all websites reconciled, without the AOT cache"),
                        less("image.with", "launch → all websites reconciled, with it"),
                        more("image.ratio", "so many times sooner"), less("image.cache", "size of the cache")));
    }

    private Comparison server() {
        return new Comparison("server", "Start of the API servers for tests",
                """
                        The embedded server in a JVM that runs already: the first one of that JVM, the first half, and those after; and as a \
                        process of its own, from launch to listening. Beside it the real kube-apiserver with etcd, to ready.""",
                false,
                List.of(new Entry(WINDLASS, "", contenders.windlass("server", number(scale.servers()))),
                        new Entry(WINDLASS, "", contenders.windlass("serve-once")),
                        new Entry(KUBE_APISERVER, "", contenders.windlass("real-server"))),
                List.of(less("first", "in the JVM, first"), less("second", "in the JVM, the next ones"),
                        less("warm", "in the JVM, warm"), less("process", "as a process")));
    }

    private Comparison apiServer() {
        int few = scale.objects();
        int many = few * 10;
        List<Entry> entries = List.of(
                new Entry(WINDLASS, "", contenders.windlass("apiserver", "embedded", number(few), number(many))),
                new Entry(KUBE_APISERVER, "", contenders.windlass("apiserver", "real", number(few), number(many))));
        return new Comparison("apiserver", "The API servers for tests under load",
                """
                        ConfigMaps of 800 bytes of data, over HTTP/1.1 with TLS, made and listed by a plain client that \
                        parses nothing: 16 writers, lists whole and in pages of 500, 100 watchers that all have to see \
                        what is made. The embedded server shares its JVM with the client, and its first creations warm \
                        it up; the real kube-apiserver and its etcd share the cores with it. What is kept is heap after \
                        a collection for the former, and what the latter have grown by in memory for the real one.""",
                false, entries,
                List.of(more("creates", "creations, 16 writers"),
                        less("create-all", grouped(few) + " creations, 16 writers"),
                        less("few.list", "list of " + grouped(few) + ", whole"),
                        less("few.pages", "list of " + grouped(few) + ", in pages"),
                        less("many.list", "list of " + grouped(many) + ", whole"),
                        less("many.pages", "list of " + grouped(many) + ", in pages"),
                        more("watched", "events to 100 watchers"), less("kept", "kept of each object")));
    }

    private static String number(int value) {
        return Integer.toString(value);
    }

    private static String grouped(int value) {
        return "%,d".formatted(value).replace(',', ' ');
    }
}

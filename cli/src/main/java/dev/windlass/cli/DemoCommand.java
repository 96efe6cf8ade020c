package dev.windlass.cli;

import dev.windlass.cli.demo.Demo;
import dev.windlass.cli.demo.DemoFolder;
import dev.windlass.cli.demo.DemoOptions;
import dev.windlass.cli.demo.EmbeddedCluster;
import dev.windlass.cli.demo.Tour;
import dev.windlass.cli.operator.Endpoints;
import dev.windlass.cli.operator.Interruption;
import dev.windlass.cli.operator.Log;
import dev.windlass.cli.operator.Reconciliation;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.LimitsFile;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.server.BindAddress;
import dev.windlass.server.ServerHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

@Command(name = "demo", sortOptions = false, description = "Run two embedded API servers, a manager and the website example, until Ctrl-C.")
final class DemoCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Option(names = "--tour", description = "Play the whole story unattended and check each step; exit code 0 if all held.")
    private boolean tour;

    @Option(names = "--keep", description = "Keep the folder with kubeconfigs and log when the demo ends.")
    private boolean keep;

    @Option(names = "--join", paramLabel = "NAME=KUBECONFIG", converter = JoinConverter.class, description = "Also connect a cluster of yours, by its kubeconfig file. Can be repeated.")
    private List<Join> joins = new ArrayList<>();

    @Option(names = "--admin-address", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:0", converter = AddressConverter.class, description = "Admin API; default ${DEFAULT-VALUE}, any free port.")
    @SuppressWarnings("NullAway.Init")
    private BindAddress admin;

    @Option(names = "--health-address", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:0", converter = AddressConverter.class, description = "Probes; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private BindAddress health;

    @Option(names = "--metrics-address", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:0", converter = AddressConverter.class, description = "Metrics; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private BindAddress metrics;

    @Option(names = "--modules", paramLabel = "DIR", description = "Let \"windlass modules\" load feature modules from this folder. Without it nothing can be loaded.")
    private @Nullable Path modules;

    @Option(names = "--limits", paramLabel = "LIMITS", converter = LimitsConverter.class, description = "What all units together may cost once the demo has started, for example watches=10,concurrency=4.")
    private @Nullable Limits limits;

    @Option(names = "--limits-file", paramLabel = "FILE", description = "Keep limits as this file has them, whenever it changes.")
    private @Nullable Path limitsFile;

    @Option(names = "--leader-elect", arity = "0..1", fallbackValue = "", paramLabel = "KUBECONFIG", description = "Let the controllers work only where this demo leads: by a Lease in its own cluster north, or on the server of a kubeconfig file, for example that of another demo's north.")
    private @Nullable String leaderElect;

    private record Join(String name, Path kubeconfig) {
    }

    private final Map<String, Path> joined = new LinkedHashMap<>();
    private final Terminal terminal = Terminal.standard();
    private boolean started;

    @Override
    public Integer call() throws Exception {
        root.refuseManager("the demo starts one; use --admin-address");
        if (tour && !joins.isEmpty()) {
            throw new BadUsageException("--tour plays with its own two clusters only: leave --join out");
        }
        if (tour && (limits != null || limitsFile != null)) {
            throw new BadUsageException("--tour sets limits of its own: leave --limits and --limits-file out");
        }
        if (tour && leaderElect != null) {
            throw new BadUsageException("--tour plays alone: leave --leader-elect out");
        }
        if (modules != null && !Files.isDirectory(modules)) {
            throw new BadUsageException("--modules " + modules + " is no folder: name one that is there");
        }
        for (Join join : joins) {
            if (Demo.CLUSTERS.contains(join.name) || joined.putIfAbsent(join.name, join.kubeconfig) != null) {
                throw new BadUsageException("--join %s=%s: the demo has a cluster of that name; choose another name"
                        .formatted(join.name, join.kubeconfig));
            }
        }
        Path folder = DemoFolder.create("demo");
        Path log = folder.resolve("demo.log");
        Log.into(log, root.debug);
        Interruption interruption = Interruption.bySignals(terminal::line);
        int code = 1;
        try {
            code = run(folder, log, interruption);
            return code;
        } finally {
            Log.close();
            // What was refused before it ran left nothing there to look into.
            if (keep || (code != 0 && started)) {
                terminal.line("kept: " + folder);
            } else {
                DemoFolder.delete(folder);
            }
        }
    }

    private int run(Path folder, Path log, Interruption interruption) throws Exception {
        DemoOptions options = new DemoOptions(new Endpoints(admin, health, metrics, modules), joined, election());
        try (Demo demo = Demo.prepare(options, folder, this::progress)) {
            try {
                demo.start(this::progress);
                started = true;
                interruption.requireNone();
                limit(demo);
                if (tour) { // what is interrupted is the tour, which then ends
                    return tour(demo);
                }
                interruption.runs(demo.manager());
                return watch(demo, log);
            } catch (InterruptedException e) {
                report(demo.manager().stop().await());
                return ended();
            }
        } catch (InterruptedException e) {
            return ended();
        }
    }

    private DemoOptions.Election election() {
        String file = leaderElect;
        return new DemoOptions.Election(file != null, file == null || file.isEmpty() ? null : Path.of(file));
    }

    /** After the start, so that it shows who gives way. */
    private void limit(Demo demo) {
        Quotas quotas = Quotas.of(demo.manager());
        Limits given = limits;
        if (given != null) {
            quotas.whatIf(given).toString().lines().forEach(this::progress);
            quotas.set(given).whenDone(outcome -> {
                if (outcome instanceof Outcome.Failed<QuotaPlan>(LifecycleException error)) {
                    terminal.line("limits: " + error.getMessage());
                }
            });
        }
        if (limitsFile != null) {
            demo.manager().add(LimitsFile.at(limitsFile));
        }
    }

    /** What was stopped before it was done: a tour has shown nothing then. */
    private int ended() {
        terminal.line("stopped before it was done");
        return tour ? 1 : 0;
    }

    private void progress(String line) {
        terminal.line(faint("starting: " + line));
    }

    private int tour(Demo demo) throws Exception {
        try {
            new Tour(demo, terminal::line).play();
            terminal.line("all of it held");
            return 0;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new CliException("the tour ends here: " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
    }

    private int watch(Demo demo, Path log) throws Exception {
        screen(demo, log).forEach(terminal::line);
        demo.onReconciliation(done -> terminal.line(line(demo, done)));
        try (AutoCloseable _ = demo.manager().subscribe(this::event)) {
            demo.manager().run();
        }
        report(demo.manager().ended().await());
        return 0;
    }

    private void report(StopReport report) {
        terminal.line("");
        StopReports.lines(report).forEach(terminal::line);
    }

    private List<String> screen(Demo demo, Path log) {
        List<String> lines = new ArrayList<>(List.of("", bold("One manager, two clusters"), ""));
        for (EmbeddedCluster cluster : demo.clusters()) {
            lines.add("  cluster/" + cluster.name() + "          " + cluster.url());
            lines.add("                         " + faint("kubeconfig " + cluster.kubeconfig()));
        }
        for (ClusterHandle cluster : demo.joined()) {
            UnitStatus status = cluster.status();
            lines.add("  " + cluster.name() + "  " + joined.get(cluster.clusterName()) + "  "
                    + terminal.state(status.state().name()) + (status.message().isEmpty() ? "" : ": ")
                    + status.message());
        }
        lines.add("  controller/websites    keeps a ConfigMap, a Deployment and a Service per Website");
        lines.add("  controller/redirects   keeps a table of all Redirects, which have no finalizer");
        lines.add("  server/admin           " + address(demo.admin()));
        lines.add("  server/health          " + address(demo.health()) + "/readyz?verbose");
        lines.add("  server/metrics         " + address(demo.metrics()) + "/metrics");
        demo.manager().leadership().ifPresent(status -> lines.add("  leader-election        " + status.election() + ": "
                + (status.leads() ? "this demo leads" : "led by " + status.holder()) + ", as " + status.identity()));
        lines.add("  log                    " + log);
        EmbeddedCluster south = demo.clusters().getLast();
        String address = demo.admin().address().map(Object::toString).orElse("");
        lines.addAll(List.of("", bold("Try in another terminal"), "", "  ./windlass get",
                "  ./windlass stop cluster/south --wait",
                "  kubectl --kubeconfig " + south.kubeconfig() + " get websites", ""));
        if (demo.manager().leadership().isPresent()) {
            String at = " --address " + address.replaceFirst("^http://", "");
            lines.addAll(List.of("  ./windlass demo --leader-elect="
                    + (leaderElect == null || leaderElect.isEmpty()
                            ? demo.clusters().getFirst().kubeconfig()
                            : leaderElect)
                    + faint("   stands in the same election"),
                    "  ./windlass describe manager" + at,
                    "  ./windlass stop leader-election --cascade" + at + faint("   hands the leadership on"), ""));
        }
        lines.addAll(List.of("Ctrl-C ends it. What happens from here on:", ""));
        return lines;
    }

    private static String address(ServerHandle server) {
        return server.address().map(Object::toString).orElse("not listening");
    }

    private void event(UnitEvent event) {
        if (event.from() != null) {
            terminal.line(EventLine.of(event, terminal));
        }
    }

    /** The generation that did it is the current one: a next one works only when nothing of this one is in flight. */
    private String line(Demo demo, Reconciliation done) {
        Exception failure = done.failure();
        String engagement = "cluster/" + done.request().cluster() + "/" + done.controller();
        String generation = demo.manager().find(engagement).map(unit -> "#" + unit.generation()).orElse("");
        return EventLine.clock(Instant.now(), terminal) + "  " + engagement + generation + "  reconciled "
                + done.request().key() + " in "
                + done.took().toMillis() + " ms" + (failure == null ? "" : "  failed: " + failure.getMessage());
    }

    private String bold(String text) {
        return terminal.styled(Terminal.Style.BOLD, text);
    }

    private String faint(String text) {
        return terminal.styled(Terminal.Style.FAINT, text);
    }

    private static final class JoinConverter implements ITypeConverter<Join> {
        @Override
        public Join convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1 || text.lastIndexOf('/', equals) >= 0) {
                throw new TypeConversionException("\"%s\" is not a name without slashes and a kubeconfig file,"
                        .formatted(text) + " for example staging=/home/me/.kube/config");
            }
            return new Join(text.substring(0, equals), Path.of(text.substring(equals + 1)));
        }
    }

    private static final class LimitsConverter implements ITypeConverter<Limits> {
        @Override
        public Limits convert(String text) {
            try {
                return Limits.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}

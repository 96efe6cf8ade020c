package dev.windlass.cli;

import dev.windlass.cli.operator.Endpoints;
import dev.windlass.cli.operator.Interruption;
import dev.windlass.cli.operator.Log;
import dev.windlass.cli.operator.Operator;
import dev.windlass.cli.operator.Preparation;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.LeaseElector;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.server.BindAddress;
import dev.windlass.server.ServerHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", sortOptions = false, description = "Run the website example on clusters of yours, until SIGTERM. It installs and creates nothing unless it is told to.")
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final String LEASE = "website-operator";
    /** In which the library itself says what is wrong. */
    private static final Set<UnitState> TOLD = Set.of(UnitState.BACKOFF, UnitState.DEGRADED, UnitState.FAILED);

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The clusters' addresses and credentials, as kubectl reads them.")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Which context of the file: one cluster for each, named after it. Can be repeated; needed when the file has several.")
    private List<String> contexts = new ArrayList<>();

    @Option(names = "--in-cluster", description = "Run on the cluster of the pod in which this is, with its service account.")
    private boolean inCluster;

    @Option(names = "--service-account", paramLabel = "DIR", description = "With --in-cluster: the folder with token, ca.crt and namespace, if it is not where Kubernetes mounts it.")
    private @Nullable Path serviceAccount;

    @Option(names = "--install-crds", description = "Apply the definitions of the example's kinds first, on each cluster.")
    private boolean installCrds;

    @Option(names = "--samples", description = "Apply the example's websites and redirects first, in the namespace default of each cluster.")
    private boolean samples;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "4", description = "How many websites are worked on at once, on each cluster; default ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--leader-elect", description = "Let the controllers work only where this process leads, by a Lease on the first cluster.")
    private boolean leaderElect;

    @Option(names = "--lease-namespace", paramLabel = "NAMESPACE", description = "With --leader-elect: where the Lease is; default the pod's namespace, or default outside of a cluster.")
    private @Nullable String leaseNamespace;

    @Option(names = "--admin-address", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:0", converter = AddressConverter.class, description = "Admin API; default ${DEFAULT-VALUE}, any free port.")
    @SuppressWarnings("NullAway.Init")
    private BindAddress admin;

    @Option(names = "--health-address", paramLabel = "HOST:PORT", converter = AddressConverter.class, description = "Probes; default 127.0.0.1:0, and :8081 with --in-cluster.")
    private @Nullable BindAddress health;

    @Option(names = "--metrics-address", paramLabel = "HOST:PORT", converter = AddressConverter.class, description = "Metrics; default 127.0.0.1:0, and :8080 with --in-cluster.")
    private @Nullable BindAddress metrics;

    @Option(names = "--modules", paramLabel = "DIR", description = "Let \"windlass modules\" load feature modules from this folder. Without it nothing can be loaded.")
    private @Nullable Path modules;

    @Option(names = "--log-format", paramLabel = "FORMAT", defaultValue = "text", description = "How the log looks, on the standard error: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Log.Format logFormat;

    @Override
    public Integer call() throws Exception {
        checkUsage();
        List<Target> targets = Target.of(kubeconfig, contexts, System.getenv(), serviceAccount);
        List<Cluster> clusters = targets.stream().map(Target::cluster).toList();
        LeaseElector elector = leaderElect ? targets.getFirst().elector(leaseNamespace, LEASE) : null;
        Endpoints endpoints = new Endpoints(admin, address(health, BindAddress.everywhere(8081)),
                address(metrics, BindAddress.everywhere(8080)), modules);
        Log.toStandardError(logFormat, root.debug);
        Interruption interruption = Interruption.bySignals(LOG::info);
        try (Operator operator = new Operator("website-operator", endpoints, elector, _ -> {
        }); AutoCloseable _ = operator.manager().subscribe(RunCommand::tell)) {
            try {
                run(operator, clusters, elector, interruption);
                return 0;
            } catch (InterruptedException e) {
                report(operator.manager().stop().await());
                return 0;
            }
        } finally {
            Log.close();
        }
    }

    private void checkUsage() {
        if (root.address != null) {
            throw new BadUsageException("--address names a manager that runs: run starts one; use --admin-address");
        }
        if (root.tokenFile != null) {
            throw new BadUsageException(
                    "--token-file is for --address: what run shows to a cluster is in --kubeconfig");
        }
        if (inCluster == (kubeconfig != null)) {
            throw new BadUsageException(inCluster
                    ? "--in-cluster and --kubeconfig are two places: give one of them"
                    : "which cluster is not said: give --kubeconfig FILE, or --in-cluster in a pod");
        }
        if (inCluster && !contexts.isEmpty()) {
            throw new BadUsageException("--context names a part of a kubeconfig file: leave it out with --in-cluster");
        }
        if (!inCluster && serviceAccount != null) {
            throw new BadUsageException("--service-account says where a pod's files are: add --in-cluster");
        }
        if (leaseNamespace != null && !leaderElect) {
            throw new BadUsageException("--lease-namespace says where the Lease is: add --leader-elect");
        }
        if (modules != null && !Files.isDirectory(modules)) {
            throw new BadUsageException("--modules " + modules + " is no folder: name one that is there");
        }
        if (workers < 1) {
            throw new BadUsageException("--workers is " + workers + ": it must be at least 1");
        }
    }

    private BindAddress address(@Nullable BindAddress given, BindAddress inPod) {
        return given != null ? given : inCluster ? inPod : BindAddress.loopback(0);
    }

    private void run(Operator operator, List<Cluster> described, @Nullable LeaseElector elector,
            Interruption interruption) throws InterruptedException {
        Manager manager = operator.manager();
        List<ClusterHandle> clusters = described.stream().map(manager::add).toList();
        operator.serve();
        LOG.info("admin {}, health {}/readyz, metrics {}/metrics", address(operator.admin()),
                address(operator.health()), address(operator.metrics()));
        for (ClusterHandle cluster : clusters) {
            String namespace = elector != null && cluster.equals(clusters.getFirst())
                    ? elector.election().substring(0, elector.election().indexOf('/'))
                    : "";
            new Preparation(installCrds, samples, namespace).prepare(manager, cluster, LOG::info);
        }
        interruption.runs(manager);
        operator.add(operator.websites().toBuilder().workers(workers).build());
        operator.add(operator.redirects());
        manager.run();
        report(manager.ended().await());
    }

    private static void report(StopReport report) {
        StopReports.lines(report).forEach(LOG::info);
    }

    private static void tell(UnitEvent event) {
        if (event.from() != null) {
            boolean isTold = event.message().isEmpty() || TOLD.contains(event.to());
            LOG.info("{}#{} {} -> {}{}", event.unit(), event.generation(), event.from(), event.to(),
                    isTold ? "" : ": " + event.message());
        }
    }

    private static String address(ServerHandle server) {
        return server.address().map(Object::toString).orElse("not listening");
    }
}

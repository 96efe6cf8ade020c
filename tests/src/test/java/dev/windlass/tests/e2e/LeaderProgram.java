package dev.windlass.tests.e2e;

import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.Client;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.LeaseElector;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.LeadershipLoss;
import dev.windlass.lifecycle.LeadershipStatus;
import dev.windlass.lifecycle.LeaseTimes;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process of its own that stands for election, and writes without a break while it leads: one object after the other, named after
 * itself. Answers each line of its input with a line that says how it is, and ends in order when the input does.
 */
final class LeaderProgram {

    static final LeaseTimes TIMES = new LeaseTimes(Duration.ofSeconds(6), Duration.ofSeconds(3), Duration.ofMillis(300),
            Duration.ofSeconds(2));
    static final String LEASE = "writers";
    /** Begins an answer, which a line of the log does not. */
    static final String MARK = "answer:";
    /** Of the objects that it writes. */
    static final String LABEL = "written-by";

    private LeaderProgram() {
    }

    /**
     * What it answers.
     *
     * @param writes how many writes had passed the fence before the last loss and had not been answered; -1 when there was no loss
     */
    record Answer(boolean leads, String holder, String state, long generation, long writes) {

        static Answer of(String line) {
            String[] parts = line.substring(MARK.length()).split("\t", -1);
            return new Answer(Boolean.parseBoolean(parts[0]), parts[1], parts[2], Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]));
        }

        private String line() {
            return MARK + "%s\t%s\t%s\t%d\t%d".formatted(leads, holder, state, generation, writes);
        }
    }

    /** @param arguments the kubeconfig's file, and who it is */
    public static void main(String[] arguments) throws IOException {
        Path kubeconfig = Path.of(arguments[0]);
        String identity = arguments[1];
        Manager manager = Manager.builder().name(identity).onLeadershipLost(OnLeadershipLost.STEP_DOWN)
                .elector(LeaseElector.builder("default", LEASE).kubeconfig(kubeconfig).identity(identity).times(TIMES)
                        .build())
                .build();
        ClusterHandle cluster = manager.add(Cluster.fromKubeconfig("north", kubeconfig));
        RunnableHandle writer = manager.add(Task.of(RunnableSpec.builder("writer").leadership(Leadership.LEADER)
                .dependsOn(cluster.name()).build(), context -> write(context, cluster, identity)));
        manager.start();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            System.out.println(answer(manager, writer).line());
            System.out.flush();
        }
        manager.close();
    }

    private static void write(RunnableContext context, ClusterHandle cluster, String identity)
            throws InterruptedException {
        Client client = cluster.connection().orElseThrow().client(context);
        for (int i = 0; !context.stopping().isSet(); i++) {
            try {
                client.create(new ConfigMapBuilder().withNewMetadata().withNamespace("default")
                        .withName("%s-%d-%d".formatted(identity, context.generation(), i)).addToLabels(LABEL, identity)
                        .endMetadata().build());
            } catch (ApiException e) {
                context.sleep(Duration.ofMillis(100)); // the network; the fence throws another one
            }
        }
    }

    private static Answer answer(Manager manager, RunnableHandle writer) {
        LeadershipStatus status = manager.leadership().orElseThrow();
        LeadershipLoss loss = status.lastLoss();
        String holder = status.holder();
        return new Answer(status.leads(), holder == null ? "" : holder, writer.state().name(), writer.generation(),
                loss == null ? -1 : loss.writes().size());
    }
}

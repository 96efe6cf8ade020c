package dev.windlass.tests.e2e;

import dev.windlass.testkit.FaultProxy;
import dev.windlass.testkit.TestApiServer;
import dev.windlass.tests.e2e.LeaderProgram.Answer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two processes that stand for one lease, each of which writes without a break while it leads. The server's own order of writes,
 * by resource version, is the witness.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX) // for the signals
class LeadershipProcessesTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final List<Candidate> candidates = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private TestApiServer server;

    @SuppressWarnings("NullAway.Init")
    private Outside outside;

    @BeforeEach
    void start() throws Exception {
        server = TestApiServer.start("north");
        outside = new Outside(server);
    }

    @AfterEach
    void end() {
        candidates.forEach(Candidate::end);
        outside.close();
        server.close();
    }

    /** A {@link LeaderProgram}. */
    private final class Candidate {

        final String name;
        final Process process;
        private final BufferedReader answers;
        private final OutputStream questions;

        Candidate(String name, String kubeconfig) throws IOException {
            this.name = name;
            Path file = Files.writeString(folder.resolve(name + ".kubeconfig"), kubeconfig);
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                    LeaderProgram.class.getName(), file.toString(), name)
                    .redirectError(folder.resolve(name + ".err").toFile()).start();
            answers = process.inputReader(StandardCharsets.UTF_8);
            questions = process.getOutputStream();
            candidates.add(this);
        }

        Answer ask() {
            try {
                questions.write('\n');
                questions.flush();
                for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                    if (line.startsWith(LeaderProgram.MARK)) {
                        return Answer.of(line);
                    }
                }
                throw new AssertionError(name + " has ended: " + Files.readString(folder.resolve(name + ".err")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void signal(String which) throws Exception {
            Process kill = new ProcessBuilder("kill", "-" + which, Long.toString(process.pid())).inheritIO().start();
            assertThat(kill.waitFor()).isZero();
        }

        /** Ends in order, as on SIGTERM in a pod. */
        void stop() throws Exception {
            questions.close();
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        void end() {
            process.destroyForcibly(); // ends also one that is suspended
        }
    }

    private static ConditionFactory eventually() {
        return await().atMost(LIMIT).pollInterval(Duration.ofMillis(50));
    }

    /** The resource versions of what one has written: the order in which the server took it. */
    private List<Long> written(String by) {
        return outside.client().configMaps().inNamespace("default").withLabel(LeaderProgram.LABEL, by).list().getItems()
                .stream().map(ConfigMap::getMetadata).map(each -> Long.valueOf(each.getResourceVersion())).sorted()
                .toList();
    }

    private Lease lease() {
        return outside.client().resources(Lease.class).inNamespace("default").withName(LeaderProgram.LEASE).get();
    }

    private void untilWriting(String by, int more) {
        int before = written(by).size();
        eventually().until(() -> written(by).size() >= before + more);
    }

    /** One that leads and writes, and one that waits. */
    private List<Candidate> leaderAndCandidate(String kubeconfigOfTheLeader) throws Exception {
        Candidate a = new Candidate("a", kubeconfigOfTheLeader);
        untilWriting("a", 5);
        Candidate b = new Candidate("b", server.kubeconfig());
        eventually().until(() -> b.ask().holder().equals("a"));
        assertThat(b.ask().state()).isEqualTo("PENDING");
        return List.of(a, b);
    }

    @Test
    void whenTheLeaderIsKilledTheOtherStartsAfterItsLease() throws Exception {
        List<Candidate> both = leaderAndCandidate(server.kubeconfig());
        both.getFirst().process.destroyForcibly().waitFor();
        untilWriting("b", 5);
        assertThat(written("a").getLast()).isLessThan(written("b").getFirst());
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("b");
        assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(1);
    }

    @Test
    void aLeaderThatStopsHandsOverWithoutOverlap() throws Exception {
        List<Candidate> both = leaderAndCandidate(server.kubeconfig());
        both.getFirst().stop();
        untilWriting("b", 5);
        assertThat(written("a").getLast()).isLessThan(written("b").getFirst());
        both.getLast().stop();
        assertThat(lease().getSpec().getHolderIdentity()).isEmpty();
    }

    @Test
    void aLeaderThatWasSuspendedForLongerThanItsLeaseWritesNoMore() throws Exception {
        List<Candidate> both = leaderAndCandidate(server.kubeconfig());
        Candidate a = both.getFirst();
        a.signal("STOP");
        untilWriting("b", 5);
        a.signal("CONT");
        eventually().until(() -> a.ask().writes() >= 0 && a.ask().state().equals("PENDING"));
        untilWriting("b", 20); // as long as that there is time for writes that should not be
        assertReported(a);
        assertThat(a.ask().leads()).isFalse();
        eventually().until(() -> a.ask().holder().equals("b"));
    }

    @Test
    void aLeaderThatIsCutOffStopsInTimeAndComesBack() throws Exception {
        try (FaultProxy network = FaultProxy.before(server)) {
            List<Candidate> both = leaderAndCandidate(network.kubeconfig());
            Candidate a = both.getFirst();
            network.blackHole();
            untilWriting("b", 5);
            assertThat(a.ask().leads()).isFalse();
            eventually().until(() -> a.ask().state().equals("PENDING")); // no answer is awaited for longer than that
            network.heal(); // what was on its way arrives now
            eventually().until(() -> a.ask().holder().equals("b"));
            untilWriting("b", 20);
            assertReported(a);
            both.getLast().stop();
            eventually().until(() -> a.ask().leads() && a.ask().generation() > 1);
            untilWriting("a", 5);
        }
    }

    /** What the server took of the old leader after the first write of the new one is what that has reported. */
    private void assertReported(Candidate old) {
        long first = written("b").getFirst();
        long late = written("a").stream().filter(version -> version > first).count();
        long reported = old.ask().writes();
        assertThat(reported).as("what had passed the fence").isBetween(0L, 1L); // it writes one after the other
        assertThat(late).as("what arrived late").isLessThanOrEqualTo(reported);
    }
}

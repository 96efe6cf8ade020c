package dev.windlass.cli;

import dev.windlass.examples.website.Redirect;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The demo as a process of its own, with commands beside it, as a newcomer has it in two terminals. */
@Timeout(400)
class DemoTest {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final String STARTED = "What happens from here on:";
    private static final List<String> FIELDS = List.of("name", "kind", "state", "reason", "generation", "since",
            "restarts", "queued", "inFlight", "parent");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path runtime;

    @SuppressWarnings("NullAway.Init")
    private Process demo;

    @AfterEach
    void kill() throws Exception {
        if (demo != null) {
            demo.destroyForcibly().waitFor();
        }
    }

    @Test
    void showsWhatRunsLetsOthersActAndEndsInOrderOnSigterm() throws Exception {
        start("--join", "away=" + unreachable());
        String screen = out();
        assertThat(screen).containsPattern("cluster/north +https://127\\.0\\.0\\.1:\\d+")
                .containsPattern("cluster/south +https://127\\.0\\.0\\.1:\\d+")
                .containsPattern("cluster/away +\\S+ +BACKOFF: .*127\\.0\\.0\\.1:1/ of cluster away cannot be reached")
                .containsPattern("server/admin +http://127\\.0\\.0\\.1:\\d+").contains("./windlass get")
                .doesNotContain("\u001b");
        assertThat(kubeconfig(screen, "north")).isRegularFile();

        JsonNode list = JsonMapper.builder().build().readTree(run("get", "-o", "json").out());
        assertThat(list.path("items").valueStream()).isNotEmpty()
                .allSatisfy(item -> assertThat(item.propertyNames()).containsExactlyElementsOf(FIELDS))
                .extracting(item -> item.path("name").stringValue())
                .contains("cluster/away", "cluster/south/websites", "controller/websites", "server/admin");

        CommandProcess stop = run("stop", "cluster/south", "--wait", "--timeout", "30s");
        assertThat(stop.code()).as(stop.toString()).isZero();
        assertThat(stop.out()).startsWith("cluster/south#1 stopped in").contains("cluster/south/websites#1 stopped in");
        assertThat(run("get", "cluster/south").out()).contains("STOPPED").doesNotContain("READY");
        assertThat(run("get", "cluster/north").out()).contains("READY").doesNotContain("STOPPED");
        try (KubernetesClient south = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig(screen, "south")))).build()) {
            south.resources(Redirect.class).inNamespace("default").withName("coral-home").delete();
        }
        assertThat(run("start", "cluster/south", "--wait").out()).matches("cluster/south#2 READY in \\d+ ms: "
                + "\\d+ objects synced; (\\d+ changed and )?1 gone while it was down\\R");
        await().atMost(BOUND).untilAsserted(() -> assertThat(out())
                .containsPattern("cluster/south#1  READY → DRAINING  stop requested")
                .containsPattern("cluster/south/websites#2  reconciled default/acacia in \\d+ ms"));

        signal("-TERM");
        assertThat(demo.waitFor()).as(out()).isZero();
        assertThat(out()).contains("stopping; once more ends it at once")
                .containsPattern("(?m)^demo#1 stopped in .*, nothing left$")
                .containsPattern("(?m)^[├└]─ cluster/south#2 stopped in .*, nothing left$")
                .containsPattern("(?m)^│  [├└]─ cluster/south/websites#2 stopped in .*, nothing left$")
                .containsPattern("(?m)^│  [├└]─ cluster/north/redirects#1 stopped in .*, nothing left$")
                .containsPattern("(?m)^[├└]─ controller/websites#1 stopped in .*, nothing left$");
        assertNothingKept();
        assertThat(run("get").err()).contains("no demo is running");
    }

    @Test
    void twoStandInOneElectionAndOneHandsItOn(@TempDir Path other) throws Exception {
        start("--leader-elect");
        String screen = out();
        assertThat(screen).contains("default/windlass-demo: this demo leads");
        Process second = CommandProcess.start(other, other.resolve("out"), other.resolve("err"), "demo",
                "--leader-elect=" + kubeconfig(screen, "north"));
        try {
            await().atMost(BOUND)
                    .until(() -> CommandProcess.text(other.resolve("out")).contains(STARTED) || !second.isAlive());
            assertThat(CommandProcess.text(other.resolve("out"))).contains("this demo stands by", "led by ");
            assertThat(run("describe", "manager").out()).contains("and leads");
            assertThat(CommandProcess.run(other, "describe", "manager").out()).contains("and stands by");
            assertThat(CommandProcess.run(other, "get", "controller/websites").out()).contains("PENDING",
                    "leadership: held by ");

            CommandProcess stop = run("stop", "leader-election", "--cascade", "--wait");
            assertThat(stop.code()).as(stop.toString()).isZero();

            await().atMost(BOUND).untilAsserted(
                    () -> assertThat(CommandProcess.run(other, "get", "controller/websites").out()).contains("READY"));
            assertThat(CommandProcess.run(other, "describe", "manager").out()).contains("and leads");
            assertThat(run("get", "controller/websites").out()).doesNotContain("READY");
        } finally {
            second.destroyForcibly().waitFor();
        }
    }

    @Test
    void aReconciliationIsToldWithTheGenerationThatDidItAndASecondSignalEndsItAtOnce() throws Exception {
        start();
        CommandProcess replace = run("replace", "controller/websites", "--wait", "--probation", "0");
        assertThat(replace.out()).as(replace.toString()).contains("controller/websites#1 → #2 replaced");
        await().atMost(BOUND).untilAsserted(() -> assertThat(out())
                .containsPattern("cluster/north/websites#2  reconciled default/[a-z]+ in \\d+ ms"));
        // Two of them suffice: who runs the build in the background, or with nohup, has its children ignore one of the others.
        // While it is halted they gather; else it could have ended in order before the second one comes.
        signal("-STOP", "-INT", "-HUP", "-TERM", "-CONT");
        assertThat(demo.waitFor()).as(out()).isEqualTo(1);
        assertThat(out()).contains("stopping; once more ends it at once").doesNotContain("demo#1 stopped");
    }

    @Test
    void anInterruptWhileItStartsEndsItInOrderToo() throws Exception {
        begin();
        await().atMost(BOUND).until(() -> out().contains("API server south"));
        signal("-TERM"); // the same as an interrupt from the keyboard, which a build in the background ignores
        assertThat(demo.waitFor()).as(out()).isZero();
        assertThat(out()).containsPattern("(?m)^demo#1 stopped in .*, nothing left$");
        assertNothingKept();
    }

    @Test
    void aPortInUseIsToldWithWhatWantedIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            for (String endpoint : new String[]{"admin", "health", "metrics"}) {
                assertRefused(1, run("demo", "--" + endpoint + "-address", address), "server/" + endpoint, address,
                        "Address already in use", "free the port");
            }
        }
    }

    @Test
    void badInputIsRefusedInOneMessageBeforeAnythingStarts() throws Exception {
        Path text = Files.writeString(runtime.resolve("text"), "once upon a time");
        assertRefused(1, run("demo", "--join", "mine=" + runtime.resolve("nothing")), "nothing", "does not exist");
        assertRefused(1, run("demo", "--join", "mine=" + text), text.toString(), "malformed", "YAML");
        assertRefused(2, run("demo", "--join", "mine"), "--join", "\"mine\"", "staging=/home/me/.kube/config");
        assertRefused(2, run("demo", "--join", "south=" + text), "south", "choose another name");
        assertRefused(2, run("demo", "--admin-address", "here"), "--admin-address", "\"here\"", "HOST:PORT");
        assertRefused(1, run("demo", "--admin-address", "0.0.0.0:0"), "0.0.0.0:0", "loopback");
        assertRefused(2, run("demo", "--modules", "/nope"), "--modules /nope is no folder");
        assertRefused(2, run("demo", "--address", "127.0.0.1:1"), "use --admin-address");
        assertRefused(2, run("demo", "--frobnicate"), "--frobnicate", "--help");
        assertRefused(2, run("demo", "--tour", "--join", "mine=" + text), "--tour", "leave --join out");
        assertRefused(2, run("demo", "--tour", "--leader-elect"), "--tour", "leave --leader-elect out");
        assertRefused(1, run("demo", "--leader-elect=" + runtime.resolve("nothing")), "nothing", "does not exist");
    }

    private void assertRefused(int code, CommandProcess process, String... words) throws IOException {
        assertThat(process.code()).as(process.toString()).isEqualTo(code);
        assertThat(process.err()).startsWith("windlass: ").contains(words).doesNotContain("\tat ", "Exception");
        assertThat(process.err().lines()).as(process.err()).hasSizeLessThanOrEqualTo(2);
        assertNothingKept();
    }

    private void assertNothingKept() throws IOException {
        try (Stream<Path> left = Files.list(runtime.resolve("windlass"))) {
            assertThat(left).isEmpty();
        }
    }

    private String unreachable() throws IOException {
        return Files.writeString(runtime.resolve("unreachable"), """
                apiVersion: v1
                kind: Config
                current-context: away
                clusters: [{name: away, cluster: {server: "https://127.0.0.1:1"}}]
                contexts: [{name: away, context: {cluster: away}}]
                """).toString();
    }

    private static Path kubeconfig(String screen, String cluster) {
        Matcher path = Pattern.compile("kubeconfig (\\S+/" + cluster + "\\.kubeconfig)").matcher(screen);
        assertThat(path.find()).as(screen).isTrue();
        return Path.of(path.group(1));
    }

    private void begin(String... options) throws IOException {
        String[] arguments = Stream.concat(Stream.of("demo"), Stream.of(options)).toArray(String[]::new);
        demo = CommandProcess.start(runtime, runtime.resolve("out"), runtime.resolve("err"), arguments);
    }

    private void start(String... options) throws IOException {
        begin(options);
        await().atMost(BOUND).until(() -> out().contains(STARTED) || !demo.isAlive());
        assertThat(demo.isAlive()).as(out() + CommandProcess.text(runtime.resolve("err"))).isTrue();
    }

    /** Sends signals one right after the other. */
    private void signal(String... signals) throws Exception {
        StringBuilder script = new StringBuilder();
        for (String signal : signals) {
            script.append("kill ").append(signal).append(' ').append(demo.pid()).append("; ");
        }
        assertThat(new ProcessBuilder("sh", "-c", script.toString()).start().waitFor()).isZero();
    }

    private String out() throws IOException {
        return CommandProcess.text(runtime.resolve("out"));
    }

    private CommandProcess run(String... arguments) throws Exception {
        return CommandProcess.run(runtime, arguments);
    }
}

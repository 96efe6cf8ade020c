package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is wrong with a kubeconfig is said when the cluster is described: the file, the place, the remedy, no secrets. */
class KubeconfigTest {

    private static final String SOUND = """
            apiVersion: v1
            kind: Config
            current-context: home
            clusters:
            - {name: kitchen, cluster: {server: "https://127.0.0.1:1"}}
            contexts:
            - {name: home, context: {cluster: kitchen, user: cook}}
            users:
            - {name: cook, user: {token: s3cret}}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            current-context: home | current-context: away | context "away" is not in; it has [home]
            current-context: home |                       | has no current-context; name one of [home]
            cluster: kitchen      | cluster: cellar       | names the cluster "cellar"; it has [kitchen]
            user: cook            | user: guest           | names the user "guest"; it has [cook]
            server:               | address:              | cluster "kitchen"; has no server
            {token: s3cret}       | s3cret                | users[0].user is not of the right type
            {token: s3cret}       | {token: s3cret        | malformed; line 9, column
            https://127.0.0.1:1   | not an address        | cluster "kitchen"; server "not an address"; https://
            {name: cook,          | {                     | has a user without a name
            {name: kitchen,       | {                     | has a cluster without a name
            {name: home,          | {                     | has a context without a name
            """)
    void whatIsWrongIsToldWithTheFileAndTheRemedy(String sound, String wrong, String message) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), SOUND.replace(sound, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> Cluster.fromKubeconfig("home", file)).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining(file.toString()).hasMessageContainingAll(message.split("; "))
                .hasMessageNotContaining("s3cret").hasMessageNotContaining("fabric8")
                .hasMessageNotContaining("\n");
    }

    @Test
    void whatIsNoKubeconfigAtAllIsRefused() throws Exception {
        assertRefused(folder.resolve("nothing"), "does not exist");
        assertRefused(folder, "cannot be read", "directory");
        assertRefused(Files.writeString(folder.resolve("empty"), ""), "has no contexts");
        assertRefused(Files.writeString(folder.resolve("text"), "once upon a time"), "malformed", "has no fields");
        assertRefused(Files.writeString(folder.resolve("tab"), "clusters:\n\t- 1"), "malformed", "line 2, column 1");
        assertRefused(Files.writeString(folder.resolve("json"), "{\"clusters\": }"), "malformed", "expected a value");
        assertThat(Cluster.fromKubeconfig("home", Files.writeString(folder.resolve("sound"), SOUND))).isNotNull();
    }

    private static void assertRefused(Path file, String... words) {
        assertThatThrownBy(() -> Cluster.fromKubeconfig("home", file)).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining(file.toString()).hasMessageContainingAll(words);
    }

    @Test
    void aFileThatTheKubeconfigNamesAndThatIsMissingIsTheReasonOfTheBackOff() {
        String yaml = SOUND.replace("{token: s3cret}", "{client-certificate: /nowhere.crt, client-key: /nowhere.key}");
        try (Manager manager = Manager.create()) {
            ClusterHandle home = manager.add(Cluster.builder("home").kubeconfig(yaml).build());
            manager.start();
            OnEmbeddedServer.eventually().untilAsserted(() -> {
                assertThat(home.state()).isEqualTo(UnitState.BACKOFF);
                assertThat(home.status().message()).contains("kubeconfig", "/nowhere.", "check the files");
            });
        }
    }

    /** As {@code kubectl config} writes it of a context without a user. */
    @Test
    void aListThatIsNullIsEmpty() {
        Config config = load(SOUND.replace("user: cook", "user: ''").replaceAll("(?s)users:.*", "users: null\n"));
        assertThat(config.getMasterUrl()).isEqualTo("https://127.0.0.1:1/");
        assertThatThrownBy(() -> load(SOUND.replaceAll("(?s)users:.*", "users: null\n")))
                .hasMessageContaining("names the user \"cook\", who is not there: it has []");
        assertThatThrownBy(() -> load(SOUND.replaceAll("(?s)contexts:.*", "contexts: null\n")))
                .hasMessageContaining("has no contexts");
        assertThatThrownBy(() -> load(SOUND.replaceAll("(?s)users:.*", "users: [null]\n")))
                .hasMessageContaining("has a user without a name");
    }

    /** What is connected to is sent the token: never in clear text because somebody has left out a scheme. */
    @Test
    void anAddressWithoutASchemeIsHttps() {
        assertThat(load(SOUND.replace("https://127.0.0.1:1", "127.0.0.1:1")).getMasterUrl())
                .isEqualTo("https://127.0.0.1:1/");
    }

    private static Config load(String yaml) {
        Kubeconfig.Choice choice = new Kubeconfig.Choice();
        choice.text(yaml);
        return choice.checked("it").load().config();
    }
}

package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.model.jackson.Jackson2JdkTypesModule;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the address and the credentials of a cluster come from: a file or a service account, which are read anew for each
 * connection, or a text.
 */
final class Kubeconfig {

    private static final int CONNECT_MILLIS = 5_000;
    private static final String AGENT = "windlass";

    private final @Nullable Path file;
    private final @Nullable String text;
    private final @Nullable ServiceAccount account;
    private final @Nullable String context;

    private Kubeconfig(@Nullable Path file, @Nullable String text, @Nullable ServiceAccount account,
            @Nullable String context) {
        this.file = file;
        this.text = text;
        this.account = account;
        this.context = context;
    }

    /** The names of the contexts of a file, in its order. */
    static List<String> contexts(Path file) {
        Kubeconfig kubeconfig = new Kubeconfig(file.toAbsolutePath(), null, null, null);
        return contexts(kubeconfig.unchecked(kubeconfig.content()));
    }

    /** Where somebody who describes something says that its kubeconfig is to be taken from. The last word counts. */
    static final class Choice {

        private @Nullable Path file;
        private @Nullable String text;
        private @Nullable ServiceAccount account;
        private @Nullable String context;

        void file(Path value) {
            file = value.toAbsolutePath();
            text = null;
            account = null;
        }

        void text(String value) {
            file = null;
            text = value;
            account = null;
        }

        void account(ServiceAccount value) {
            file = null;
            text = null;
            account = value;
        }

        void context(String value) {
            context = value;
        }

        /**
         * What was chosen, if it is fit for use as far as can be seen without connecting.
         *
         * @param whose for the message when nothing was chosen
         */
        Kubeconfig checked(String whose) {
            if (file == null && text == null && account == null) {
                throw new IllegalArgumentException(
                        whose + " has no kubeconfig: give a file, a text or a service account");
            }
            Kubeconfig chosen = new Kubeconfig(file, text, account, account == null ? context : null);
            chosen.check();
            return chosen;
        }
    }

    /** Whether two readings have the same content; credentials may come from elsewhere all the same. */
    String content() {
        if (account != null) {
            return account.kubeconfig();
        }
        Path path = file;
        if (path == null) {
            return Objects.requireNonNull(text);
        }
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            throw new KubeconfigException("kubeconfig " + path + " does not exist: give the path of an existing file",
                    e);
        } catch (IOException e) {
            throw new KubeconfigException("kubeconfig " + path + " cannot be read: " + Failures.describe(e)
                    + "; check its permissions and encoding", e);
        }
    }

    /** Refuses what can be seen to be wrong without connecting, and without running a credential plugin. */
    void check() {
        parse(content());
    }

    /** A kubeconfig at one moment. */
    record Reading(String content, Config config) {
    }

    /** Reads it once. Each caller gets a configuration of its own: they are mutable. Runs a credential plugin if the user has one. */
    Reading load() {
        String content = content();
        io.fabric8.kubernetes.api.model.Config parsed = parse(content);
        if (file != null) {
            saidIn(file.toFile(), parsed);
        }
        Config config = Config.empty();
        try {
            KubeConfigUtils.merge(config, chosenContext(parsed), parsed);
        } catch (RuntimeException e) {
            throw new KubeconfigException(describe() + " cannot be used: " + Failures.describe(e), e);
        }
        tokenFile(parsed).ifPresent(path -> config.setOauthTokenProvider(TokenFile.open(path)));
        config.setRequestRetryBackoffLimit(0);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setOnlyHttpWatches(true);
        config.setHttp2Disable(true);
        config.setUserAgent(AGENT);
        return new Reading(content, config);
    }

    /**
     * Notes in which file each entry stands, as fabric8 does when it reads a file itself: relative paths start there, and a token
     * that has run out is looked for there.
     */
    private static void saidIn(File file, io.fabric8.kubernetes.api.model.Config parsed) {
        parsed.getContexts().forEach(one -> one.setAdditionalProperty("KUBERNETES_CONFIG_CONTEXT_FILE_KEY", file));
        parsed.getClusters().forEach(one -> one.setAdditionalProperty("KUBERNETES_CONFIG_CLUSTER_FILE_KEY", file));
        parsed.getUsers().forEach(one -> one.setAdditionalProperty("KUBERNETES_CONFIG_AUTH_INFO_FILE_KEY", file));
    }

    /** Where the user of the chosen context has a token that is renewed; fabric8 does not look for it. It goes before a token. */
    private Optional<Path> tokenFile(io.fabric8.kubernetes.api.model.Config parsed) {
        String chosen = chosenContext(parsed);
        String user = parsed.getContexts().stream().filter(one -> chosen.equals(one.getName())).findFirst()
                .map(one -> one.getContext().getUser()).orElse("");
        return parsed.getUsers().stream().filter(one -> one.getName().equals(user)).map(NamedAuthInfo::getUser)
                .filter(Objects::nonNull).map(AuthInfo::getTokenFile)
                .filter(name -> name != null && !name.isEmpty()).findFirst()
                .map(name -> file == null ? Path.of(name) : file.resolveSibling(name));
    }

    /** One for each reading, and not fabric8's: that is shared by all of the process, and loads every class of the model first. */
    private static KubernetesSerialization yaml() {
        return new KubernetesSerialization(
                JsonMapper.builderWithJackson2Defaults().addModule(new Jackson2JdkTypesModule()).build(), false);
    }

    private io.fabric8.kubernetes.api.model.Config parse(String content) {
        io.fabric8.kubernetes.api.model.Config parsed = unchecked(content);
        requireContext(parsed, chosenContext(parsed));
        return parsed;
    }

    private io.fabric8.kubernetes.api.model.Config unchecked(String content) {
        io.fabric8.kubernetes.api.model.Config parsed;
        try {
            parsed = yaml().unmarshal(content, io.fabric8.kubernetes.api.model.Config.class);
        } catch (RuntimeException e) {
            throw new KubeconfigException(describe() + " is malformed: " + malformation(e)
                    + "; it must be the YAML that kubectl reads", e);
        }
        if (parsed != null) {
            parsed.setContexts(named("context", parsed.getContexts(), NamedContext::getName));
            parsed.setClusters(named("cluster", parsed.getClusters(), NamedCluster::getName));
            parsed.setUsers(named("user", parsed.getUsers(), NamedAuthInfo::getName));
        }
        if (parsed == null || parsed.getContexts().isEmpty()) {
            throw new KubeconfigException(describe() + " has no contexts: it must be the YAML that kubectl reads");
        }
        return parsed;
    }

    /** A list that is null is empty: {@code kubectl config} writes it so. */
    private <T> List<T> named(String kind, @Nullable List<@Nullable T> entries, Function<T, @Nullable String> name) {
        List<T> all = new ArrayList<>();
        for (T entry : entries == null ? List.<T>of() : entries) {
            if (entry == null || name.apply(entry) == null) {
                throw new KubeconfigException(
                        describe() + " has a " + kind + " without a name: give it one, or take it out");
            }
            all.add(entry);
        }
        return all;
    }

    private String chosenContext(io.fabric8.kubernetes.api.model.Config parsed) {
        String chosen = context != null ? context : parsed.getCurrentContext();
        if (chosen == null || chosen.isEmpty()) {
            throw new KubeconfigException(describe() + " has no current-context: name one of " + contexts(parsed));
        }
        return chosen;
    }

    /** Refuses a context that leads nowhere, and writes the address to which it leads in full. */
    private void requireContext(io.fabric8.kubernetes.api.model.Config parsed, String chosen) {
        NamedContext named = parsed.getContexts().stream().filter(one -> chosen.equals(one.getName())).findFirst()
                .orElseThrow(() -> new KubeconfigException("context \"" + chosen + "\" is not in " + describe()
                        + ": it has " + contexts(parsed)));
        String cluster = named.getContext() == null ? null : named.getContext().getCluster();
        NamedCluster target = parsed.getClusters().stream().filter(one -> one.getName().equals(cluster)).findFirst()
                .orElseThrow(() -> new KubeconfigException(
                        "context \"" + chosen + "\" of " + describe() + " names the cluster \""
                                + cluster + "\", which is not there: it has "
                                + parsed.getClusters().stream().map(NamedCluster::getName).toList()));
        if (target.getCluster() == null || target.getCluster().getServer() == null) {
            throw new KubeconfigException(
                    "cluster \"" + cluster + "\" of " + describe() + " has no server: set its address");
        }
        target.getCluster().setServer(address(cluster, target.getCluster().getServer()));
        String user = named.getContext().getUser();
        if (user != null && !user.isEmpty()
                && parsed.getUsers().stream().noneMatch(one -> user.equals(one.getName()))) {
            throw new KubeconfigException("context \"" + chosen + "\" of " + describe() + " names the user \"" + user
                    + "\", who is not there: it has "
                    + parsed.getUsers().stream().map(NamedAuthInfo::getName).toList());
        }
    }

    /** Without a scheme it is HTTPS: whatever is connected to is sent the credentials. */
    private String address(@Nullable String cluster, String server) {
        String address = server.contains("://") ? server : "https://" + server;
        try {
            if (new URI(address).getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            // Said below, like every other text that is not an address.
        }
        throw new KubeconfigException("cluster \"" + cluster + "\" of " + describe() + " has the server \"" + server
                + "\", which is no address: it is written like https://10.0.0.1:6443");
    }

    private static List<String> contexts(io.fabric8.kubernetes.api.model.Config parsed) {
        return parsed.getContexts().stream().map(NamedContext::getName).toList();
    }

    /** What is wrong and where, in one line. The parsers' excerpts are left out: they may show a token. */
    private static String malformation(RuntimeException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof DatabindException mapping) {
            String field = mapping.getPath().stream()
                    .map(step -> step.getPropertyName() == null
                            ? "[" + step.getIndex() + "]"
                            : "." + step.getPropertyName())
                    .collect(Collectors.joining());
            return field.isEmpty()
                    ? "it has no fields"
                    : "the value of " + field.substring(1) + " is not of the right type";
        }
        String text = String.valueOf(root.getMessage()).lines()
                .filter(line -> !line.startsWith("    ") && !line.strip().startsWith("at [")).map(String::strip)
                .collect(Collectors.joining(" ")).replace(" in reader, ", " at ");
        return text.endsWith(":") ? text.substring(0, text.length() - 1) : text;
    }

    /** For messages: which kubeconfig. */
    String describe() {
        if (account != null) {
            return account.toString();
        }
        return file == null ? "the kubeconfig text" : "kubeconfig " + file;
    }
}

package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.admission.WebhookAdmission;
import dev.windlass.apiserver.internal.auth.Access;
import dev.windlass.apiserver.internal.auth.Authenticator;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.ClientCertificates;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.ServiceAccountTokens;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.builtin.BuiltInRules;
import dev.windlass.apiserver.internal.builtin.StructDefaults;
import dev.windlass.apiserver.internal.crd.Definitions;
import dev.windlass.apiserver.internal.discovery.Discovery;
import dev.windlass.apiserver.internal.http.ApiHandler;
import dev.windlass.apiserver.internal.http.FaultRules;
import dev.windlass.apiserver.internal.http.Streams;
import dev.windlass.apiserver.internal.http.Witness;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.MalformedYamlException;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.net.Certificates;
import dev.windlass.apiserver.internal.net.Listener;
import dev.windlass.apiserver.internal.podsecurity.PodSecurity;
import dev.windlass.apiserver.internal.policy.MutatingPolicies;
import dev.windlass.apiserver.internal.policy.ParamGuard;
import dev.windlass.apiserver.internal.policy.ValidatingPolicies;
import dev.windlass.apiserver.internal.quota.QuotaAdmission;
import dev.windlass.apiserver.internal.quota.QuotaController;
import dev.windlass.apiserver.internal.rbac.RoleBased;
import dev.windlass.apiserver.internal.rest.Admission;
import dev.windlass.apiserver.internal.rest.Api;
import dev.windlass.apiserver.internal.rest.GarbageCollector;
import dev.windlass.apiserver.internal.rest.Loader;
import dev.windlass.apiserver.internal.rest.Namespaces;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Snapshots;
import dev.windlass.apiserver.internal.rest.StandardObjects;
import dev.windlass.apiserver.internal.rest.Surroundings;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.TypeDefaults;
import dev.windlass.apiserver.internal.store.Store;
import dev.windlass.apiserver.internal.watch.OpenWatches;
import dev.windlass.apiserver.internal.webhook.ClusterServices;
import dev.windlass.apiserver.internal.webhook.WebhookClient;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A Kubernetes API server inside this JVM, over real HTTPS on loopback.
 *
 * <pre>{@code
 * try (ApiServer server = ApiServer.builder().name("north").start()) {
 *     Files.writeString(file, server.kubeconfig());
 * }
 * }</pre>
 *
 * It keeps everything in memory. Thread-safe. {@link #close()} gives back every thread, socket and file.
 */
public final class ApiServer implements AutoCloseable {
    /** The user who has {@link #token()} and may do everything: {@value}. */
    public static final String ADMIN = "kubernetes-admin";

    private static final long STOP_SECONDS = 10;

    private final String name;
    private final Map<String, String> tokens;
    private final InstantSource clock;
    private final Store store;
    private final Witness witness;
    private final OpenWatches openWatches = new OpenWatches();
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService executor;
    private final Listener listener;
    private final FaultRules faultRules;
    private final Faults faults;
    private final ScheduledFuture<?> bookmarks;
    private final Snapshots snapshots;
    private final Snapshot atStart;
    private final Loader loader;

    private ApiServer(Builder builder) {
        name = builder.name;
        clock = builder.clock;
        timer = new ScheduledThreadPoolExecutor(1,
                task -> Thread.ofPlatform().daemon().name("apiserver-" + name + "-timer").unstarted(task));
        timer.setRemoveOnCancelPolicy(true);
        executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("apiserver-" + name + "-", 0).factory());
        // A first start is the loading of classes above all: those of the network beside those of the data.
        CompletableFuture<Certificates> certificates = CompletableFuture.supplyAsync(() -> Certificates.make(name),
                executor);
        CompletableFuture<Listener> listening = CompletableFuture.supplyAsync(
                () -> new Listener(name, certificates::join, builder.port, executor), executor);
        Map<String, User> users = builder.knownUsers();
        tokens = new LinkedHashMap<>();
        users.keySet().forEach(user -> tokens.put(user, randomToken()));
        if (!builder.token.isEmpty()) {
            tokens.put(ADMIN, builder.token);
        }
        store = new Store(builder.historySize);
        witness = new Witness(builder.requestLogSize);
        Catalog catalog = Catalog.builtIn();
        Resources resources = new Resources(store, catalog, BuiltInTypes.read(),
                new TypeDefaults(StructDefaults::fill),
                new Surroundings(builder.clock, new java.util.Random(new SecureRandom().nextLong())));
        if (builder.garbageCollection) {
            new GarbageCollector(resources, executor);
        }
        Namespaces namespaces = new Namespaces(resources, executor, builder.namespaceDeletion);
        WebhookClient webhooks = new WebhookClient(new ClusterServices(resources, builder.services::resolve), timer);
        new Definitions(resources, webhooks);
        BuiltInRules.register(resources, new PodSecurity(resources));
        QuotaAdmission quotas = new QuotaAdmission(resources);
        resources.guard(quotas);
        if (builder.resourceQuotas) {
            new QuotaController(resources, quotas, executor);
        }
        namespaces.createDefaults();
        faultRules = new FaultRules(builder.faultSeed, timer, executor);
        Authorizer authorizer = builder.rbac
                ? RoleBased.on(resources, builder.roleAggregation ? executor : null)
                : Authorizer.ALLOW_ALL;
        resources.admission(Admission.inOrder(new ValidatingPolicies(resources, authorizer),
                new MutatingPolicies(resources, authorizer,
                        new WebhookAdmission(resources, authorizer, webhooks, executor))));
        if (builder.rbac) {
            resources.guard(new ParamGuard(resources, authorizer));
        }
        snapshots = new Snapshots(resources, builder.rbac && builder.roleAggregation);
        Map<String, User> byToken = new HashMap<>();
        tokens.forEach((user, token) -> byToken.put(token, users.get(user)));
        ServiceAccountTokens serviceAccounts = new ServiceAccountTokens(store, clock, this::url,
                resources.surroundings()::uid);
        Access access = new Access(new Authenticator(byToken, serviceAccounts,
                new ClientCertificates(this::caCertificate, clock), builder.anonymous), authorizer, serviceAccounts);
        Api api = new Api(resources, access);
        loader = new Loader(resources, api);
        Streams streams = new Streams(openWatches, executor, timer);
        listener = listening.join(); // all that does not need it has been made meanwhile
        faults = new Faults(builder.faultSeed, faultRules, listener, openWatches);
        try {
            listener.open();
            StandardObjects.create(resources, name, listener.port());
            atStart = snapshot();
            listener.serve(new ApiHandler(resources, api, new Discovery(catalog, listener.address()),
                    witness, streams, faultRules, access));
        } catch (RuntimeException e) {
            timer.shutdownNow();
            executor.shutdownNow();
            listener.close();
            throw e;
        }
        long interval = builder.bookmarkInterval.toMillis();
        bookmarks = timer.scheduleWithFixedDelay(openWatches::bookmarkAll, interval, interval, TimeUnit.MILLISECONDS);
    }

    private static String randomToken() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return java.util.HexFormat.of().formatHex(bytes);
    }

    /** What an API server is made from. Everything has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The name that the kubeconfig's cluster, user and context have. */
    public String name() {
        return name;
    }

    /** {@code https://127.0.0.1:<port>}. */
    public String url() {
        return "https://" + listener.address();
    }

    /** The TCP port on 127.0.0.1 that it listens on. */
    public int port() {
        return listener.port();
    }

    /** What a client must show as a bearer token to be {@value #ADMIN}. */
    public String token() {
        return token(ADMIN);
    }

    /**
     * What a client must show as a bearer token to be a user.
     *
     * @throws IllegalArgumentException
     *             if the server was not started with this user; see {@link #users()}
     */
    public String token(String user) {
        String token = tokens.get(user);
        if (token == null) {
            throw new IllegalArgumentException("the API server " + name + " was started without the user \"" + user
                    + "\"; it knows " + tokens.keySet() + ", and builder().user(…) adds others");
        }
        return token;
    }

    /** The users who have a token: {@value #ADMIN}, and those whom the builder was told of. */
    public Set<String> users() {
        return Collections.unmodifiableSet(tokens.keySet());
    }

    /**
     * A new client certificate, valid for a year by the server's clock. The user need not be known before.
     *
     * @param user
     *            its common name
     * @param groups
     *            its organisations, in addition to {@code system:authenticated}; {@code system:masters} may do everything
     */
    public ClientCertificate clientCertificate(String user, String... groups) {
        Certificates.Client made = certify(user, groups);
        return new ClientCertificate(made.certificatePem(), made.keyPem());
    }

    private Certificates.Client certify(String user, String... groups) {
        return listener.certificates().client(user, List.of(groups), clock.instant());
    }

    /** The certificate authority that signed the certificate that this server shows now; made for this server. */
    public X509Certificate caCertificate() {
        return listener.certificates().authority();
    }

    /** The same as PEM. */
    public String caCertificatePem() {
        return listener.certificates().authorityPem();
    }

    /** A kubeconfig as YAML, with the CA and the token inside; its only context is called like this server. */
    public String kubeconfig() {
        return Kubeconfig.withToken(this, name, token());
    }

    /**
     * The same for another user.
     *
     * @throws IllegalArgumentException
     *             if the server was not started with this user; see {@link #users()}
     */
    public String kubeconfig(String user) {
        return Kubeconfig.withToken(this, user, token(user));
    }

    /** The same with a {@linkplain #clientCertificate new client certificate} instead of a token. */
    public String certificateKubeconfig(String user, String... groups) {
        return Kubeconfig.withCertificate(this, user, certify(user, groups));
    }

    /** The watches that are open right now: a witness from outside for leak checks. */
    public List<OpenWatch> watches() {
        return openWatches.all().stream()
                .map(stream -> new OpenWatch(stream.plan().type().group(), stream.plan().type().version(),
                        stream.plan().type().plural(), stream.plan().namespace(), stream.plan().userAgent()))
                .toList();
    }

    /** How many TCP connections are open right now. */
    public int connections() {
        return listener.connections();
    }

    /** How many requests are being answered right now, watches not counted. */
    public int requestsInFlight() {
        return witness.inFlight();
    }

    /** The last requests that were answered, oldest first; a watch is in it from its beginning. */
    public List<RequestRecord> requests() {
        return witness.log().stream()
                .map(ApiServer::record)
                .toList();
    }

    private static RequestRecord record(Witness.Seen seen) {
        RequestInfo info = seen.info();
        User impersonated = seen.impersonated();
        return new RequestRecord(info.verb(), seen.path(), seen.user().name(), seen.user().groups(),
                impersonated == null ? "" : impersonated.name(), seen.userAgent(), seen.code(), info.group(),
                info.resource(), info.subresource(), info.namespace(), info.name(), seen.dryRun(), seen.time(),
                seen.duration());
    }

    /** Forgets the requests that were answered until now. */
    public void clearRequests() {
        witness.clear();
    }

    /** What can be made to go wrong. */
    public Faults faults() {
        return faults;
    }

    /** Forgets the history: a watch or list that goes on from an older resource version is told 410. Watches that are up to date go on. */
    public void compact() {
        store.compact();
    }

    /**
     * All objects as they are now, at one moment, to be brought back later.
     */
    public Snapshot snapshot() {
        return new Snapshot(this, snapshots.take());
    }

    /**
     * Brings back the objects of a snapshot: what has been made since is deleted, whatever finalizers it has, what has been deleted is made again with its uid
     * and times, and what has been changed is changed back. All of this is ordinary history at new resource versions, which never go back: open watches go on
     * and are told of it as of any other change, so a client that follows is up to date afterwards. Watches of a kind whose definition goes end.
     * What writes to the server meanwhile had better be stopped before.
     *
     * @throws IllegalArgumentException
     *             when it is of another server
     * @throws IllegalStateException
     *             when somebody changes objects as fast as they are brought back; it names them
     */
    public void restore(Snapshot snapshot) {
        snapshots.restore(snapshot.of(this));
    }

    /**
     * Takes the server back to what it was when it had started: its objects, as {@link #restore} does it, with no fault in force and no request remembered.
     * Certificates stay as they are.
     */
    public void reset() {
        faults.clear();
        restore(atStart);
        clearRequests();
    }

    /**
     * Applies manifests: YAML, with any number of documents, or JSON, each an object or a list of some. Namespaces and custom resource definitions are applied
     * first. An object that has a status gets it. What only a server gives, such as uid and resource version, is passed over,
     * and so are objects in which a server tells of itself, such as the service {@code kubernetes}.
     *
     * @return how many objects there were
     * @throws IllegalArgumentException
     *             when it cannot be read, or one of them is refused; those before it have been applied
     */
    public int load(String manifests) {
        try {
            return loader.load(Json.parseYamlStream(manifests));
        } catch (MalformedYamlException e) {
            throw new IllegalArgumentException("this is neither YAML nor JSON: " + e.getMessage(), e);
        }
    }

    /** Ends all watches, closes all connections, gives back every thread. Closing twice does nothing. */
    @Override
    public void close() {
        bookmarks.cancel(false);
        timer.shutdownNow();
        faultRules.close();
        openWatches.endAll();
        try {
            listener.close();
        } finally {
            executor.shutdownNow();
        }
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "API server " + name + " still has requests that do not end after " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings of an API server. Not thread-safe. */
    public static final class Builder {
        private String name = "apiserver";
        private String token = "";
        private int port;
        private int historySize = 10_000;
        private int requestLogSize = 1_000;
        private Duration bookmarkInterval = Duration.ofMinutes(1);
        private final Map<String, List<String>> users = new LinkedHashMap<>();
        private boolean rbac;
        private boolean anonymous;
        private boolean roleAggregation = true;
        private boolean namespaceDeletion = true;
        private boolean garbageCollection;
        private boolean resourceQuotas;
        private InstantSource clock = InstantSource.system();
        private ServiceResolver services = (_, _, _) -> null;
        private long faultSeed = new SecureRandom().nextLong();

        private Builder() {
        }

        /** What the kubeconfig's context is called; default {@code apiserver}. */
        public Builder name(String newName) {
            this.name = newName;
            return this;
        }

        /** The port on 127.0.0.1; 0, the default, takes a free one. */
        public Builder port(int newPort) {
            if (newPort < 0 || newPort > 65_535) {
                throw new IllegalArgumentException(
                        "port " + newPort + " is not between 0 and 65535; 0 takes a free one");
            }
            this.port = newPort;
            return this;
        }

        private Map<String, User> knownUsers() {
            Map<String, User> known = new LinkedHashMap<>();
            known.put(ADMIN, User.of(ADMIN, List.of("system:masters")));
            users.forEach((user, groups) -> known.put(user, new User(user, user, groups, Map.of())));
            return known;
        }

        /** The bearer token of {@value #ADMIN}; a random one by default. */
        public Builder token(String newToken) {
            this.token = newToken;
            return this;
        }

        /**
         * A further user, with a random token. Without {@link #rbac} they may do everything; with it, what roles that are bound to them allow.
         *
         * @param user
         *            not empty
         * @param groups
         *            in addition to {@code system:authenticated}; {@code system:masters} may do everything
         */
        public Builder user(String user, String... groups) {
            if (user.isEmpty()) {
                throw new IllegalArgumentException("a user has a name, and this one is empty");
            }
            this.users.put(user, List.of(groups));
            return this;
        }

        /**
         * Whether requests are authorised by the roles and bindings in the cluster; default false: whoever is authenticated may do everything. With it, the
         * roles and bindings are there that a real server makes for itself.
         */
        public Builder rbac(boolean wanted) {
            this.rbac = wanted;
            return this;
        }

        /**
         * Whether a cluster role that aggregates others, such as {@code view}, is filled with their rules, as a controller does it in a cluster; default
         * true. It is of no account without {@link #rbac}.
         */
        public Builder roleAggregation(boolean wanted) {
            this.roleAggregation = wanted;
            return this;
        }

        /**
         * Whether a client that shows neither token nor certificate is the user {@code system:anonymous}, in the group {@code system:unauthenticated}, rather
         * than refused with 401; default false.
         */
        public Builder anonymous(boolean wanted) {
            this.anonymous = wanted;
            return this;
        }

        /** How many changes of each resource are remembered, for watches that resume and lists that go on; default 10 000. */
        public Builder historySize(int changes) {
            if (changes < 1) {
                throw new IllegalArgumentException("history size " + changes + " is less than 1");
            }
            this.historySize = changes;
            return this;
        }

        /** How many answered requests {@link ApiServer#requests()} remembers; default 1 000. */
        public Builder requestLogSize(int requests) {
            this.requestLogSize = requests;
            return this;
        }

        /** How often watches that ask for bookmarks get one; default one minute. */
        public Builder bookmarkInterval(Duration interval) {
            if (interval.toMillis() < 1) {
                throw new IllegalArgumentException("bookmark interval " + interval + " is less than a millisecond");
            }
            this.bookmarkInterval = interval;
            return this;
        }

        /**
         * Whether a deleted namespace is emptied and goes, as a controller does it in a cluster; default true. Without it, it stays in the phase Terminating
         * until somebody empties and finalizes it.
         */
        public Builder namespaceDeletion(boolean wanted) {
            this.namespaceDeletion = wanted;
            return this;
        }

        /**
         * Whether objects go when the last of their owners is gone, and what {@code propagationPolicy} asks for is done, as a controller does it in a cluster;
         * default false, as the bare kube-apiserver has it. An owner whose kind is not served counts as being there.
         */
        public Builder garbageCollection(boolean wanted) {
            this.garbageCollection = wanted;
            return this;
        }

        /**
         * Whether the status of resource quotas is kept, as a controller does it in a cluster: the limits are those that are wanted, and what is used is counted
         * anew when something changes or goes; default false, as the bare kube-apiserver has it, where a quota limits nothing until somebody fills its status.
         */
        public Builder resourceQuotas(boolean wanted) {
            this.resourceQuotas = wanted;
            return this;
        }

        /** Where creation and deletion times come from, and what says when a client certificate has expired; the system's clock by default. */
        public Builder clock(InstantSource newClock) {
            this.clock = newClock;
            return this;
        }

        /**
         * Where services are answered that webhooks name; by default nowhere, but for those of type ExternalName. It is asked anew for each call, and before
         * the service is looked up, so that there need be none.
         */
        public Builder services(ServiceResolver resolver) {
            this.services = resolver;
            return this;
        }

        /** Which requests run into faults that meet only some; a random one by default, which {@link Faults#seed()} tells. */
        public Builder faultSeed(long seed) {
            this.faultSeed = seed;
            return this;
        }

        /**
         * Starts the server; it is ready when this returns.
         *
         * @throws IllegalStateException
         *             when the port is taken
         */
        public ApiServer start() {
            return new ApiServer(this);
        }
    }
}

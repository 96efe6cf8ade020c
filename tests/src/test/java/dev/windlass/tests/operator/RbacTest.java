package dev.windlass.tests.operator;

import dev.windlass.cli.operator.Endpoints;
import dev.windlass.cli.operator.Operator;
import dev.windlass.examples.website.Manifests;
import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.RedirectSpec;
import dev.windlass.examples.website.Website;
import dev.windlass.examples.website.WebsiteSpec;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.ServiceAccount;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.server.BindAddress;
import dev.windlass.testkit.RealApiServer;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static dev.windlass.tests.operator.OperatorProcess.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** The operator with exactly the rights that are deployed: they are enough, and without any one of them something fails. */
@Tag("real-apiserver")
@Timeout(600)
class RbacTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Cluster cluster;

    @SuppressWarnings("NullAway.Init")
    private Operator operator;

    @SuppressWarnings("NullAway.Init")
    private ClusterHandle home;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    /** A verb on a resource, as a request needs it. */
    private record Right(String group, String resource, String verb) {

        /** How the server refuses it. */
        String refusal() {
            return "cannot %s resource \"%s\" in API group \"%s\"".formatted(verb, resource, group);
        }
    }

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.of(RealApiServer.start("home"));
        cluster.deploy(Manifests.clusterRole());
        Map<String, String> environment = cluster.mount(folder, Cluster.OPERATOR, Cluster.OPERATOR);
        BindAddress anywhere = BindAddress.loopback(0);
        operator = new Operator("rbac", new Endpoints(anywhere, anywhere, anywhere, null), null, _ -> {
        });
        operator.onReconciliation(done -> {
            if (done.failure() != null) {
                failures.add(done.failure().getMessage());
            }
        });
        home = operator.manager().add(dev.windlass.kubernetes.Cluster.builder("home")
                .serviceAccount(ServiceAccount.of(environment, folder)).build());
        operator.add(operator.websites());
        operator.add(operator.redirects());
        operator.serve();
        home.ready().await(LIMIT);
    }

    @AfterEach
    void end() {
        operator.close();
        cluster.close();
    }

    @Test
    void theRightsAreEnoughAndEachOfThemIsNeeded() throws Exception {
        work("all-rights");
        // Other failures are races with what the cache shows late, and retried.
        assertThat(failures).as("with all rights").noneMatch(message -> message.contains("cannot "));
        List<String> unused = new ArrayList<>();
        int number = 0;
        for (Right right : rights(Manifests.clusterRole())) {
            String name = "without-" + number++;
            take(right);
            failures.clear();
            home.restart().await(LIMIT);
            if (!fails(name, right)) {
                unused.add(right.toString());
            }
            cluster.client().resource(Manifests.clusterRole()).forceConflicts().serverSideApply();
            awaitAllowed(right, true);
        }
        assertThat(unused).as("rights without which nothing fails").isEmpty();
        home.restart().await(LIMIT);
        failures.clear();
        work("all-again");
    }

    /** Makes a website and a redirect, and takes the website away when it is published. */
    private void work(String name) {
        begin(name);
        eventually().until(() -> Cluster.isPublished(cluster.website(name)));
        cluster.client().resources(Website.class).inNamespace("default").withName(name).delete();
        eventually().until(() -> cluster.website(name) == null);
    }

    private void begin(String name) {
        Website site = new Website();
        site.getMetadata().setNamespace("default");
        site.getMetadata().setName(name);
        site.setSpec(new WebsiteSpec(name, Map.of("index.html", name), 1, null));
        cluster.client().resource(site).create();
        Redirect redirect = new Redirect();
        redirect.getMetadata().setNamespace("default");
        redirect.getMetadata().setName(name);
        redirect.setSpec(new RedirectSpec("/" + name, "https://example.com/" + name));
        cluster.client().resource(redirect).create();
    }

    /** Whether that work fails for want of this right; not when all of it was done. */
    private boolean fails(String name, Right right) {
        begin(name);
        eventually().until(() -> isRefused(right) || Cluster.isPublished(cluster.website(name)));
        if (isRefused(right)) {
            return true;
        }
        cluster.client().resources(Website.class).inNamespace("default").withName(name).delete();
        eventually().until(() -> isRefused(right) || cluster.website(name) == null);
        return isRefused(right);
    }

    private boolean isRefused(Right right) {
        Stream<String> told = operator.manager().units().stream()
                .flatMap(unit -> Stream.concat(Stream.of(unit.status().message()), details(unit)));
        return Stream.concat(failures.stream(), told).anyMatch(message -> message.contains(right.refusal()));
    }

    private static Stream<String> details(RunnableHandle unit) {
        return unit.details().values().stream();
    }

    private void take(Right right) {
        ClusterRole less = Manifests.clusterRole();
        List<PolicyRule> rules = new ArrayList<>();
        for (Right each : rights(less)) {
            if (!each.equals(right)) {
                PolicyRule rule = new PolicyRule();
                rule.setApiGroups(List.of(each.group));
                rule.setResources(List.of(each.resource));
                rule.setVerbs(List.of(each.verb));
                rules.add(rule);
            }
        }
        less.setRules(rules);
        cluster.client().resource(less).forceConflicts().serverSideApply();
        awaitAllowed(right, false);
    }

    private static List<Right> rights(ClusterRole role) {
        return role.getRules().stream()
                .flatMap(rule -> rule.getApiGroups().stream().flatMap(group -> rule.getResources()
                        .stream()
                        .flatMap(resource -> rule.getVerbs().stream().map(verb -> new Right(group, resource, verb)))))
                .toList();
    }

    /** The server learns of a changed role a moment later. */
    private void awaitAllowed(Right right, boolean allowed) {
        String[] parts = right.resource.split("/", 2);
        var review = new SubjectAccessReviewBuilder().withNewSpec()
                .withUser("system:serviceaccount:" + Cluster.OPERATOR + ":" + Cluster.OPERATOR)
                .withNewResourceAttributes().withGroup(right.group).withResource(parts[0])
                .withSubresource(parts.length > 1 ? parts[1] : null).withVerb(right.verb).endResourceAttributes()
                .endSpec().build();
        eventually().until(() -> cluster.client().authorization().v1().subjectAccessReview().create(review).getStatus()
                .getAllowed() == allowed);
    }
}

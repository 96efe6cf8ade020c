package dev.windlass.cli.demo;

import dev.windlass.apiserver.OpenWatch;
import dev.windlass.examples.website.Website;
import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static dev.windlass.cli.demo.Steps.check;

/**
 * The whole story without a hand on it. Each numbered line is printed after its check has held; what the manager says is
 * compared with what the API servers saw. The numbered lines are the same on each run; figures that vary are on lines of
 * their own.
 */
public final class Tour {
    private static final Duration BOUND = Await.BOUND;
    private static final int RUSH = 50;
    private static final String NEW_TEXT = "<h1>Under new management</h1>\n";

    private final Demo demo;
    private final EmbeddedCluster north;
    private final EmbeddedCluster south;
    private final Steps steps;
    private final Set<String> requested = ConcurrentHashMap.newKeySet();

    public Tour(Demo demo, Consumer<String> out) {
        this.demo = demo;
        this.north = demo.north();
        this.south = demo.south();
        steps = new Steps(out);
        demo.onReconciliation(done -> requested.add(done.controller() + " " + done.request().cluster() + "#"
                + done.request().clusterGeneration() + " " + done.request().key().name()));
    }

    /** Plays it. */
    public void play() throws Exception {
        started();
        driftIsRepaired();
        websiteIsDeleted();
        southGoesOfflineWithWorkQueued();
        southChangesBehindItsBack();
        southComesBack();
        controllerStopsAndStarts();
        controllerIsReplacedWithWorkQueued();
        thirdControllerComesAndGoes();
        new ModuleSteps(demo, steps).play();
        quotaIsHalvedAndRestored();
        managerStopsUnderLoad();
    }

    private void started() throws Exception {
        for (EmbeddedCluster cluster : demo.clusters()) {
            check(cluster.watches("websites") == 1 && cluster.watches("redirects") == 1, "one watch per kind");
            check(Sites.of(cluster).stream().allMatch(Sites::isPublished), "all websites are published");
            check(Sites.of(cluster).stream().allMatch(site -> Sites.hasChildren(cluster, name(site))),
                    "children exist");
            check(Sites.table(cluster, "redirects").keySet().equals(Sites.names(Sites.redirects(cluster))),
                    "redirect table");
        }
        check(Sites.of(north).size() + Sites.of(south).size() >= 20, "20 websites");
        steps.held("two clusters are connected; each kind is watched once per cluster");
        steps.held("every website has its ConfigMap, Deployment and Service, and its status says so");
    }

    private void driftIsRepaired() throws Exception {
        KubernetesClient user = north.user();
        Deployment scaled = user.apps().deployments().inNamespace(Sites.NAMESPACE).withName("aurora").get();
        int wanted = scaled.getSpec().getReplicas();
        scaled.getSpec().setReplicas(9);
        user.resource(scaled).update();
        Service before = user.services().inNamespace(Sites.NAMESPACE).withName("birch").get();
        user.resource(before).delete();
        Await.until("the Deployment aurora to be scaled back", () -> user.apps().deployments()
                .inNamespace(Sites.NAMESPACE).withName("aurora").get().getSpec().getReplicas() == wanted);
        Await.until("the Service birch to be back",
                () -> !user.services().inNamespace(Sites.NAMESPACE).withName("birch")
                        .get().getMetadata().getUid().equals(before.getMetadata().getUid()));
        steps.held("a Deployment that somebody scaled is scaled back, a Service that somebody deleted is there again");
    }

    private void websiteIsDeleted() throws Exception {
        Sites.delete(north, "kestrel");
        Await.until("website kestrel to go", () -> !Sites.exists(north, "kestrel"));
        check(Sites.hasNoChildren(north, "kestrel"), "children are gone when their website is");
        steps.held("a deleted website takes its children with it before it goes");
    }

    private void southGoesOfflineWithWorkQueued() throws Exception {
        RunnableHandle engagement = demo.unit("cluster/south/websites");
        demo.gate().close("south");
        List<String> sites = List.copyOf(Sites.names(Sites.of(south)));
        for (String site : sites) {
            Sites.edit(south, site, NEW_TEXT);
        }
        awaitQueued("the changes of south", south, sites.size());
        long queued = Objects.requireNonNullElse(engagement.status().queued(), 0L);
        check(queued > 0, "work is queued");
        north.forgetRequests();
        List<OpenWatch> northWatches = north.watches();
        var stop = demo.unit("cluster/south").stop(StopOptions.drain(BOUND));
        demo.gate().open("south");
        StopReport report = stop.await(BOUND);
        steps.figure(report + " (" + drained(report) + " drained in all)");
        check(report.clean(), "clean: " + report);
        check(drained(report) >= queued, "drained " + drained(report) + " of " + queued + " queued");
        check(Sites.of(south).stream().allMatch(Sites::isPublished), "what was queued was written before the end");
        steps.held("south goes offline with work queued: the queue is drained, nothing is left");
        Await.until("the watches of south to close", () -> south.watches().isEmpty());
        Await.until("the connections of south to close", south::nobodyIsConnected);
        check(!metricsMention("cluster=\"south\""), "no meter speaks of south");
        check(metricsMention("cluster=\"north\""), "meters speak of north");
        steps.held("its watches and connections are closed, and no meter speaks of it any more");
        Sites.edit(north, "aurora", NEW_TEXT);
        Await.until("north to work on", () -> Sites.isPublished(Sites.get(north, "aurora")));
        check(north.watches().equals(northWatches), "the watches of north are the same");
        check(north.requests().stream().noneMatch(request -> Set.of("list", "watch").contains(request.verb())),
                "north was not listed or watched again");
        steps.held("north does not miss a beat: same watches, no new list, its changes are published");
    }

    private void southChangesBehindItsBack() throws Exception {
        south.forgetRequests();
        Sites.create(south, "lagoon");
        Sites.edit(south, "acacia", "<h1>While you were away</h1>\n");
        Sites.delete(south, "baobab");
        Sites.deleteRedirect(south, "coral-home");
        Sites.deleteRedirect(south, "dune-home");
        check(Sites.exists(south, "baobab"), "its finalizer keeps baobab");
        check(Sites.table(south, "redirects").keySet().containsAll(Set.of("coral-home", "dune-home")),
                "table is as it was");
        check(south.requests().isEmpty(), "the manager asks south nothing: " + south.requests());
        steps.held(
                "behind its back websites are created, changed and deleted, and redirects without finalizers deleted");
    }

    private void southComesBack() throws Exception {
        Set<String> unchanged = Sites.names(Sites.of(south));
        unchanged.removeAll(Set.of("lagoon", "acacia", "baobab"));
        Map<String, List<String>> versions = versions(unchanged);
        requested.clear();
        UnitStatus status = demo.unit("cluster/south").start().await(BOUND);
        Await.until("south to catch up", () -> Sites.of(south).stream().allMatch(Sites::isPublished)
                && !Sites.exists(south, "baobab") && Sites.hasChildren(south, "lagoon"));
        steps.figure(status.id() + " " + status.state() + ": " + demo.unit("cluster/south").details().get("caught up"));
        check(Sites.hasNoChildren(south, "baobab"), "children of baobab are gone");
        steps.held(
                "south comes back and catches up: the new website is published, the changed one too, the deleted one is gone");
        Set<String> requests = Set.of("websites south#2 baobab", "redirects south#2 coral-home",
                "redirects south#2 dune-home");
        Await.until("each deleted object to get its request", () -> requested.containsAll(requests));
        Await.until("the redirect table to lose the deleted lines",
                () -> Sites.table(south, "redirects").keySet().equals(Sites.names(Sites.redirects(south))));
        steps.held("each object that was deleted meanwhile gets its request, also the redirects: their lines are gone");
        // They come last: only when each has had its turn is it known that none of them wrote.
        Await.until("each website that did not change to be looked at",
                () -> unchanged.stream().allMatch(site -> requested.contains("websites south#2 " + site)));
        check(versions(unchanged).equals(versions),
                "websites that did not change, and their children, have the versions that they had");
        steps.held("what did not change meanwhile was not written again");
    }

    /** Of websites of south and of their children. */
    private Map<String, List<String>> versions(Set<String> sites) {
        return sites.stream().collect(Collectors.toMap(site -> site, site -> Sites.versions(south, site)));
    }

    private void controllerStopsAndStarts() throws Exception {
        StopReport report = demo.redirects().stop().await(BOUND);
        steps.figure(report.toString());
        check(report.clean(), "clean: " + report);
        for (EmbeddedCluster cluster : demo.clusters()) {
            check(demo.unit("cluster/" + cluster.name() + "/redirects").state() == UnitState.STOPPED,
                    "engagement stopped");
            check(cluster.watches("websites") == 1, "websites are watched as before");
        }
        Sites.deleteRedirect(north, "fjord-home");
        Sites.deleteRedirect(north, "elk-home");
        Sites.edit(north, "birch", NEW_TEXT);
        Await.until("websites to be published", () -> Sites.isPublished(Sites.get(north, "birch")));
        check(Sites.table(north, "redirects").containsKey("elk-home"), "nobody writes the table");
        steps.held("a controller stops: its work stands still, the other controller goes on");
        UnitStatus status = demo.redirects().start().await(BOUND);
        steps.figure(status.id() + " " + status.state());
        Await.until("the table of north to be right again",
                () -> Sites.table(north, "redirects").keySet().equals(Sites.names(Sites.redirects(north))));
        steps.held("it starts again and learns of what was deleted while it was stopped");
    }

    private void controllerIsReplacedWithWorkQueued() throws Exception {
        RunnableHandle engagement = demo.unit("cluster/north/websites");
        demo.gate().close("north");
        List<String> sites = List.copyOf(Sites.names(Sites.of(north)));
        for (String site : sites) {
            Sites.edit(north, site, "<h1>From one to the next</h1>\n");
        }
        awaitQueued("the changes of north", north, sites.size());
        List<OpenWatch> northWatches = north.watches();
        var replace = demo.websites().replace(demo.websites().controller().toBuilder().workers(8).build(),
                ReplaceOptions.defaults().withProbation(Duration.ofSeconds(1)));
        Await.until("the hand-over to begin", () -> Objects.requireNonNullElse(engagement.status().replacing(), "")
                .contains("hands over"));
        demo.gate().open("north");
        ReplaceReport report = replace.await(BOUND);
        steps.figure(report.toString());
        check(report.outcome() == ReplaceOutcome.REPLACED && report.method() == ReplaceMethod.WARM,
                "replaced, warm: " + report);
        Await.until("what was queued to be published", () -> Sites.of(north).stream().allMatch(Sites::isPublished));
        check(north.watches().equals(northWatches), "the watches of north are the same");
        steps.held(
                "a controller is replaced with work queued: the next one is warm when it takes over, and nothing is lost");
    }

    private void thirdControllerComesAndGoes() throws Exception {
        var index = demo.manager().add(demo.siteIndexController());
        index.ready().await(BOUND);
        Sites.awaitIndexes(demo.clusters());
        for (EmbeddedCluster cluster : demo.clusters()) {
            check(cluster.watches("websites") == 1,
                    "one watch serves both controllers: " + cluster.watches("websites"));
        }
        steps.held("a third controller is added while all runs; it shares the watches that are there");
        StopReport report = index.remove().await(BOUND);
        steps.figure(report.toString());
        check(report.clean(), "clean: " + report);
        check(demo.manager().find("controller/site-index").isEmpty(), "its name is free");
        Sites.create(north, "lighthouse");
        Await.until("the new website to be published", () -> Sites.hasChildren(north, "lighthouse"));
        check(!Sites.table(north, "site-index").containsKey("lighthouse"), "nobody writes the index");
        check(north.watches("websites") == 1, "the watch stays for who still uses it");
        steps.held("it is removed again: its name is free, the others keep their watches and their work");
    }

    private void quotaIsHalvedAndRestored() throws Exception {
        Tenants tenants = new Tenants(north);
        for (int tenant = 0; tenant < Tenants.COUNT; tenant++) {
            tenants.write(tenant, "first");
            demo.manager().add(tenants.controller(tenant)).ready().await(BOUND);
        }
        Await.until("each tenant to have its copy", () -> IntStream.range(0, Tenants.COUNT)
                .allMatch(tenant -> tenants.copyOf(tenant).equals("first")));
        Quotas quotas = Quotas.of(demo.manager());
        quotas.coolDown(Duration.ZERO); // a minute otherwise, for which a tour has no time
        // What lingers goes first: then the limit is what is in use.
        long full = quotas.status().units().stream().filter(use -> use.name().equals(use.unit()))
                .mapToLong(use -> use.counted().in(CostDimension.WATCHES)).sum();
        quotas.set(Limits.of(CostDimension.WATCHES, full)).await(BOUND);
        Await.until("watches that linger to close", () -> watches() == watchesInUse());
        long open = north.watches().size();
        steps.held(
                "twelve controllers are added, each with a watch of its own: four critical, four normal, four batch");

        int half = Tenants.COUNT / 2;
        List<Integer> down = List.of(11, 10, 9, 8, 7, 6); // the lowest class first, in it the youngest
        QuotaPlan plan = quotas.set(Limits.of(CostDimension.WATCHES, full - half)).await(BOUND);
        plan.toString().lines().forEach(steps::figure);
        check(plan.stopped().equals(down.stream().map(Tenants::engagement).toList()), "who gives way: " + plan);
        Await.until("the API server to see it", () -> north.watches().size() == open - half);
        for (int tenant : down) {
            Await.until(Tenants.name(tenant) + " to wait",
                    () -> demo.unit(Tenants.engagement(tenant)).state() == UnitState.PENDING);
        }
        String message = demo.unit(Tenants.engagement(down.getFirst())).status().message();
        check(message.contains("needs watches=1") && message.contains("free 0 of " + (full - half)), message);
        steps.figure(Tenants.engagement(down.getFirst()) + " " + message);
        for (int tenant = 0; tenant < Tenants.COUNT; tenant++) {
            tenants.write(tenant, "second");
        }
        Await.until("those who run to do their work", () -> IntStream.range(0, half)
                .allMatch(tenant -> tenants.copyOf(tenant).equals("second")));
        check(down.stream().allMatch(tenant -> tenants.copyOf(tenant).equals("first")), "the others stand still");
        steps.held(
                "half of these watches are taken away: the batch ones and the youngest normal ones give way, and say what they lack");

        List<Integer> back = List.of(6, 7, 8, 9, 10, 11); // the highest class first, in it the oldest
        for (int i = 0; i < back.size(); i++) {
            RunnableHandle next = demo.unit(Tenants.engagement(back.get(i)));
            quotas.set(Limits.of(CostDimension.WATCHES, full - half + i + 1)).await(BOUND);
            Await.until(next.name() + " to come back", () -> next.state() == UnitState.READY);
            check(back.subList(i + 1, back.size()).stream().allMatch(
                    tenant -> demo.unit(Tenants.engagement(tenant)).state() == UnitState.PENDING), "one at a time");
        }
        Await.until("each to do what was missed", () -> IntStream.range(0, Tenants.COUNT)
                .allMatch(tenant -> tenants.copyOf(tenant).equals("second")));
        check(north.watches().size() == open, "as many watches as before: " + north.watches().size());
        quotas.set(Limits.none()).await(BOUND);
        steps.held(
                "they are given back one by one: who gave way returns by class and age, and does what was missed meanwhile");
    }

    /** What the API servers see. */
    private long watches() {
        return demo.clusters().stream().mapToLong(cluster -> cluster.watches().size()).sum();
    }

    /** What the informers are used for, by their own account. */
    private long watchesInUse() {
        return demo.clusters().stream()
                .flatMap(cluster -> demo.unit("cluster/" + cluster.name() + "/informers").details()
                        .getOrDefault("informers", "").lines())
                .filter(line -> !line.contains(" 0 users")).count();
    }

    private void managerStopsUnderLoad() throws Exception {
        for (EmbeddedCluster cluster : demo.clusters()) {
            demo.gate().close(cluster.name());
            for (int i = 0; i < RUSH; i++) {
                Sites.create(cluster, "rush-" + i);
            }
            awaitQueued("the rush", cluster, RUSH);
        }
        var stop = demo.manager().stop();
        demo.clusters().forEach(cluster -> demo.gate().open(cluster.name()));
        StopReport report = stop.await(BOUND);
        List<StopReport> engagements = demo.clusters().stream()
                .map(cluster -> demo.unit("cluster/" + cluster.name() + "/websites").lastStop().orElseThrow()).toList();
        long carriedOver = engagements.stream().mapToLong(StopReport::carriedOver).sum();
        steps.figure(report.toString());
        engagements.forEach(engagement -> steps.figure(engagement.toString()));
        check(report.clean(), "clean: " + report);
        check(demo.manager().units().stream().noneMatch(unit -> unit.state() == UnitState.QUARANTINED),
                "no unit hangs");
        long unpublished = demo.clusters().stream().flatMap(cluster -> Sites.of(cluster).stream())
                .filter(site -> !Sites.isPublished(site)).count();
        check(unpublished <= carriedOver,
                "%d websites are not published, and %d reported".formatted(unpublished, carriedOver));
        steps.held(
                "the manager stops under load: all that was queued is done or reported, nothing is left, nothing unknown");
        for (EmbeddedCluster cluster : demo.clusters()) {
            Await.until("all watches and requests to end",
                    () -> cluster.watches().isEmpty() && cluster.requestsInFlight() == 0);
            Await.until("all connections to close", cluster::nobodyIsConnected);
        }
        steps.held("the API servers agree: no watch, no request in flight, no connection");
        Await.until("all threads of units to end", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                        thread -> thread.getName().startsWith("cluster/") || thread.getName().startsWith("server/")));
        steps.held("no thread of any unit is left in this process");
    }

    /**
     * Awaits that the informer has seen the newest website, and that so many requests are pending. There may be more: one that
     * a worker holds at the gate, for what happened before, counts beside what has been queued for it since.
     */
    private void awaitQueued(String what, EmbeddedCluster cluster, int requests) throws InterruptedException {
        RunnableHandle engagement = demo.unit("cluster/" + cluster.name() + "/websites");
        long newest = Sites.of(cluster).stream().map(site -> site.getMetadata().getResourceVersion())
                .mapToLong(Long::parseLong).max().orElse(0);
        ClusterConnection connection = ((ClusterHandle) demo.unit("cluster/" + cluster.name())).connection()
                .orElseThrow();
        Await.until(what + " to be queued",
                () -> pending(engagement) >= requests && connection.informers().status().stream()
                        .filter(informer -> informer.resource().startsWith("websites."))
                        .allMatch(informer -> Long.parseLong(informer.resourceVersion()) >= newest));
    }

    private static long pending(RunnableHandle engagement) {
        UnitStatus status = engagement.status();
        return Objects.requireNonNullElse(status.queued(), 0L) + Objects.requireNonNullElse(status.inFlight(), 0L);
    }

    private static long drained(StopReport report) {
        return report.drained() + report.children().stream().mapToLong(Tour::drained).sum();
    }

    private boolean metricsMention(String text) throws IOException, InterruptedException {
        URI address = demo.metrics().address().orElseThrow();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address.resolve("/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body().contains(text);
        }
    }

    private static String name(Website site) {
        return site.getMetadata().getName();
    }
}

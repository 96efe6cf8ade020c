package dev.windlass.modules;

import dev.windlass.lifecycle.Health;
import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What holds for units holds for those of modules: dependencies, quota, health, and that what they serve goes with them. */
@Timeout(180)
class ModuleRulesTest extends Loading {

    private static final ReplaceOptions SOON = ReplaceOptions.defaults().withProbation(Duration.ofMillis(20));
    private static final String ON_BILLING = "Task.of(RunnableSpec.builder(\"till\").dependsOn(\"module/billing/ticker\").build(), RunnableContext::awaitStop)";
    /** Serves the version at a port that it tells. */
    private static final String DESK = """
            package shop;
            import com.sun.net.httpserver.HttpServer;
            import dev.windlass.lifecycle.*;
            import dev.windlass.modules.*;
            import java.net.*;
            final class Desk implements ManagedRunnable {
                private final String version;
                Desk(String version) { this.version = version; }
                static Unit<?> unit(String version) {
                    return Task.each(RunnableSpec.builder("desk").signalsReadiness(true).build(), () -> new Desk(version));
                }
                @Override public void run(RunnableContext context) throws Exception {
                    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
                    context.own("endpoint", server.getAddress().toString(), () -> server.stop(0));
                    server.createContext("/version", exchange -> {
                        exchange.sendResponseHeaders(200, version.length());
                        try (exchange) {
                            exchange.getResponseBody().write(version.getBytes());
                        }
                    });
                    server.start();
                    Witness.saw("port " + server.getAddress().getPort());
                    context.ready();
                    context.awaitStop();
                }
            }
            """;

    @BeforeEach
    void forget() {
        Witness.forget();
    }

    private ModuleHandle load(Path jar) throws InterruptedException {
        ModuleHandle module = manager.add(Module.fromJar(jar));
        module.ready().await(HANG);
        return module;
    }

    private Path billing(String version, String units) throws IOException {
        return Jars.module(folder, version, units).build("billing-" + version + ".jar");
    }

    /** A second module. */
    private Path shop(String units) throws IOException {
        return Jars.in(folder).declares("mall.Shop").source("mall.Shop", """
                package mall;
                import dev.windlass.lifecycle.*;
                import dev.windlass.modules.*;
                import java.util.*;
                @Feature(name = "shop", version = "1", api = FeatureModule.API_VERSION)
                public final class Shop implements FeatureModule {
                    @Override public List<Unit<?>> units(ModuleContext context) {
                        return List.of(%s);
                    }
                }
                """.formatted(units)).build("shop.jar");
    }

    private RunnableHandle unit(String name) {
        return manager.find(name).orElseThrow();
    }

    private void awaitState(String unit, UnitState state) {
        Awaitility.await(unit).atMost(HANG).until(() -> unit(unit).state(), state::equals);
    }

    // ---- dependencies

    @Test
    void aModuleOnWhichAnotherDependsIsUnloadedAfterItOnly() throws Exception {
        ModuleHandle billing = load(billing("1", TICKER));
        ModuleHandle shop = load(shop(ON_BILLING));
        assertThatThrownBy(() -> billing.unload().await(HANG)).isInstanceOf(RefusedException.class)
                .hasMessageContaining("module/shop/till");
        assertThat(billing.state()).isEqualTo(UnitState.READY);
        assertThat(unit("module/shop/till").state()).isEqualTo(UnitState.READY);
        shop.unload().await(HANG);
        billing.unload().await(HANG);
        assertThat(Modules.of(manager).all()).isEmpty();
        assertThat(proved("1")).extracting(UnloadReport::module).containsExactlyInAnyOrder("billing", "shop");
    }

    @Test
    void aReloadStopsWhatDependsOnTheModuleOnlyWhenItIsToldTo() throws Exception {
        ModuleHandle billing = load(billing("1", TICKER));
        load(shop(ON_BILLING));
        ReloadReport refused = billing.reload(billing("2", TICKER), SOON).await(HANG);
        assertThat(refused.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(refused.toString()).contains("module/shop/till", "cascade");
        assertThat(List.of(unit("module/billing/ticker"), unit("module/shop/till")))
                .allSatisfy(unit -> assertThat(unit.generation()).isEqualTo(1))
                .allSatisfy(unit -> assertThat(unit.state()).isEqualTo(UnitState.READY));

        ReloadReport report = billing
                .reload(billing("3", TICKER), SOON.withCascade()).await(HANG);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        awaitState("module/shop/till", UnitState.READY);
        assertThat(unit("module/shop/till").generation()).as("it did not say that it can go on").isEqualTo(2);
        proved("1");
        proved("2");
    }

    /** Tasks that say in which order they start and stop. */
    private static String chain(String... units) {
        return Stream.of(units).map(unit -> unit.split("<", -1))
                .map(names -> """
                        Task.of(RunnableSpec.builder("%s")%s.restart(RestartPolicy.never()).signalsReadiness(true).build(), running -> {
                            Witness.saw("+" + running.id());
                            running.ready();
                            running.awaitStop();
                            Witness.saw("-" + running.id());
                        })"""
                        .formatted(names[0],
                                names.length == 1 ? "" : ".dependsOn(\"module/billing/" + names[1] + "\")"))
                .collect(Collectors.joining(", "));
    }

    private ReloadReport reload(ModuleHandle billing, String version, String units) throws Exception {
        Witness.forget();
        return billing.reload(billing(version, units), SOON).await(HANG);
    }

    private static List<String> seen() {
        return Witness.seen().stream().map(what -> what.replace("module/billing/", "")).toList();
    }

    @Test
    void unitsThatDependOnEachOtherAreReloadedTogether() throws Exception {
        ModuleHandle billing = load(billing("1", chain("desk<till", "ledger", "till<ledger")));
        ReloadReport report = reload(billing, "2", chain("desk<till", "ledger", "till<ledger"));
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(seen()).containsExactly("-desk#1", "-till#1", "-ledger#1", "+ledger#2", "+till#2", "+desk#2");
        assertThat(billing.children()).allSatisfy(unit -> assertThat(unit.state()).isEqualTo(UnitState.READY));
        proved("1");
    }

    @Test
    void aUnitMayDependOnOneThatOnlyItsVersionHas() throws Exception {
        ModuleHandle billing = load(billing("1", chain("till<ledger", "ledger", "log")));
        ReloadReport report = reload(billing, "2", chain("till<book", "book<log", "log"));
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(seen()).containsSubsequence("-till#1", "-ledger#1", "+till#2")
                .containsSubsequence("-log#1", "+log#2", "+book#1", "+till#2").hasSize(6);
        assertThat(billing.children()).extracting(RunnableHandle::name).containsExactlyInAnyOrder("module/billing/till",
                "module/billing/book", "module/billing/log");
        proved("1");
    }

    @Test
    void aReloadThatIsRefusedDisturbsNobodyOutside() throws Exception {
        ModuleHandle billing = load(billing("1", chain("ticker<ledger", "ledger")));
        load(shop(ON_BILLING));
        ReloadReport report = reload(billing, "2", chain("ticker<ledger", "ledger"));
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("module/shop/till", "cascade");
        assertThat(unit("module/shop/till").status().id()).isEqualTo("module/shop/till#1");
        assertThat(seen()).isEmpty();
    }

    @Test
    void whatWaitedForOthersGoesBackWithThem() throws Exception {
        ModuleHandle billing = load(billing("1", chain("till<ledger", "ledger", "safe")));
        String broken = chain("till<ledger", "ledger", "book<ledger").replace("Witness.saw(\"+\" + running.id());",
                "if (running.name().endsWith(\"till\")) { throw new IllegalStateException(\"no till\"); }");
        ReloadReport report = reload(billing, "2", broken);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("no till");
        assertThat(billing.version()).isEqualTo("1");
        for (String unit : List.of("till", "ledger", "safe")) {
            awaitState("module/billing/" + unit, UnitState.READY);
        }
        assertThat(billing.children()).hasSize(3);
        assertThat(seen()).containsSubsequence("+ledger#3", "+till#3");
        proved("2");
    }

    @Test
    void aUnitOfTheHostOnWhichAModuleDependsIsStoppedAfterItOnly() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(billing("1",
                "Task.of(RunnableSpec.builder(\"ticker\").dependsOn(\"database\").build(), RunnableContext::awaitStop)")));
        Awaitility.await().atMost(HANG).until(() -> manager.find("module/billing/ticker").map(RunnableHandle::state)
                .filter(UnitState.PENDING::equals).isPresent());
        assertThat(unit("module/billing/ticker").status().message()).contains("database");
        assertThat(billing.state()).isEqualTo(UnitState.STARTING);
        RunnableHandle database = manager.add("database", RunnableContext::awaitStop);
        billing.ready().await(HANG);
        assertThatThrownBy(() -> database.stop().await(HANG)).isInstanceOf(RefusedException.class)
                .hasMessageContaining("module/billing/ticker");
        database.stop(database.spec().stop().withCascade()).await(HANG);
        assertThat(unit("module/billing/ticker").state()).isNotEqualTo(UnitState.READY);
        billing.unload().await(HANG);
        proved("1");
    }

    // ---- quota

    @Test
    void aLoweredQuotaReclaimsTheUnitsOfAModuleAndGivesThemBack() throws Exception {
        Quotas quotas = Quotas.of(manager);
        quotas.coolDown(Duration.ZERO);
        quotas.set(Limits.parse("watches=20")).await(HANG);
        ModuleHandle billing = load(billing("1",
                "Task.of(RunnableSpec.builder(\"report\").priority(PriorityClass.BATCH).cost(Cost.of(CostDimension.WATCHES, 10)).build(), RunnableContext::awaitStop), "
                        + TICKER));
        assertThat(quotas.whatIf(Limits.parse("watches=5")).stopped()).containsExactly("module/billing/report");
        quotas.set(Limits.parse("watches=5")).await(HANG);
        awaitState("module/billing/report", UnitState.PENDING);
        assertThat(unit("module/billing/report").status().message()).contains("watches");
        assertThat(unit("module/billing/ticker").state()).isEqualTo(UnitState.READY);
        assertThat(billing.state()).isEqualTo(UnitState.READY);
        quotas.set(Limits.parse("watches=20")).await(HANG);
        awaitState("module/billing/report", UnitState.READY);
        quotas.set(Limits.parse("watches=5")).await(HANG);
        billing.unload().await(HANG);
        proved("1");
    }

    @Test
    void aModuleThatDoesNotFitSaysWhatItWaitsFor() throws Exception {
        Quotas.of(manager).set(Limits.parse("watches=5")).await(HANG);
        ModuleHandle billing = manager.add(Module.fromJar(billing("1",
                "Task.of(RunnableSpec.builder(\"report\").cost(Cost.of(CostDimension.WATCHES, 10)).build(), RunnableContext::awaitStop)")));
        Awaitility.await().atMost(HANG).until(() -> manager.find("module/billing/report").map(RunnableHandle::state)
                .filter(UnitState.PENDING::equals).isPresent());
        assertThat(unit("module/billing/report").status().message()).contains("watches");
        Quotas.of(manager).set(Limits.parse("watches=10")).await(HANG);
        billing.ready().await(HANG);
    }

    // ---- health and endpoints

    private List<String> readinessChecks() {
        return manager.health().checks(HealthKind.READINESS).stream().map(Health.Check::name).toList();
    }

    @Test
    void aHealthCheckComesAndGoesWithItsModuleAndIsThatOfTheVersionThatWorks() throws Exception {
        List<String> before = readinessChecks();
        ModuleHandle billing = load(billing("1", checked("1")));
        assertThat(readinessChecks()).contains("ledger");
        assertThatThrownBy(this::askTheLedger).hasMessage("the ledger of 1 is closed");
        assertThat(billing.reload(billing("2", checked("2")), SOON.withProbation(Duration.ZERO)).await(HANG).outcome())
                .isEqualTo(ReplaceOutcome.REPLACED);
        assertThatThrownBy(this::askTheLedger).hasMessage("the ledger of 2 is closed");
        billing.unload().await(HANG);
        assertThat(readinessChecks()).isEqualTo(before);
        proved("2");
    }

    private static String checked(String version) {
        return "Task.of(RunnableSpec.builder(\"ledger\").signalsReadiness(true).build(), c -> { c.health(\"ledger\", HealthKind.READINESS, () -> { throw new IllegalStateException(\"the ledger of %s is closed\"); }); c.ready(); c.awaitStop(); })"
                .formatted(version);
    }

    private void askTheLedger() throws Exception {
        for (Health.Check check : manager.health().checks(HealthKind.READINESS)) {
            if (check.name().equals("ledger")) {
                check.check().check();
            }
        }
    }

    @Test
    void anEndpointOfAModuleIsServedByTheVersionThatWorksAndGoesWithIt() throws Exception {
        ModuleHandle billing = load(desk("1"));
        URI first = address();
        assertThat(ask(first)).isEqualTo("1");
        assertThat(billing.reload(desk("2"), SOON).await(HANG).outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        URI second = address();
        assertThat(second).isNotEqualTo(first);
        assertThat(ask(second)).isEqualTo("2");
        assertThatThrownBy(() -> ask(first)).isInstanceOf(ConnectException.class);
        assertThat(billing.unload().await(HANG).remains()).isEmpty();
        assertThatThrownBy(() -> ask(second)).isInstanceOf(ConnectException.class);
        proved("1");
        proved("2");
    }

    private Path desk(String version) throws IOException {
        return Jars.module(folder, version, "Desk.unit(\"%s\")".formatted(version)).source("shop.Desk", DESK)
                .build("billing-" + version + ".jar");
    }

    /** Of the server that was started last. */
    private static URI address() {
        String last = Objects.requireNonNull(Witness.seen().getLast());
        return URI.create("http://127.0.0.1:" + last.substring("port ".length()) + "/version");
    }

    private static String ask(URI address) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}

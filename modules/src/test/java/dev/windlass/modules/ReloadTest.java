package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.modules.internal.disk.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A module is replaced by another version of it while it works: all of its units stay, or all go back. */
@Timeout(120)
class ReloadTest extends Loading {

    private static final ReplaceOptions SOON = ReplaceOptions.defaults().withProbation(Duration.ofMillis(20));
    /** Hands the names over that it was given, and tells the witness of each. */
    private static final String CLERK = """
            package shop;
            import dev.windlass.lifecycle.*;
            import dev.windlass.modules.*;
            import java.util.*;
            final class Clerk implements ManagedRunnable, Handover {
                private final String version;
                private final List<String> waiting = new ArrayList<>();
                Clerk(String version) { this.version = version; }
                static Unit<?> unit(String name, String version) {
                    return Task.each(RunnableSpec.builder(name).signalsReadiness(true).warmsUp(true).build(), () -> new Clerk(version));
                }
                @Override public synchronized CarryOver freeze() {
                    Witness.saw(version + " freezes");
                    return new Names(waiting);
                }
                @Override public synchronized void thaw(CarryOver back) {
                    Witness.saw(version + " thaws " + (back == null ? List.of() : ((Names) back).names()));
                }
                @Override public void run(RunnableContext context) throws Exception {
                    context.handsOver(this);
                    Optional<CarryOver> left = context.takeOver();
                    synchronized (this) {
                        waiting.addAll(left.map(work -> ((Names) work).names()).orElse(List.of("first of " + version)));
                    }
                    context.carryOver(null);
                    Witness.saw(version + " works on " + waiting + " with " + Thread.currentThread().getContextClassLoader());
                    context.ready();
                    context.awaitStop();
                    context.carryOver(new Names(waiting));
                }
            }
            """;

    @BeforeEach
    void forget() {
        Witness.forget();
    }

    private Path jar(String version, String units) throws IOException {
        return Jars.module(folder, version, units).source("shop.Clerk", CLERK).build("billing-" + version + ".jar");
    }

    private static String clerk(String name, String version) {
        return "Clerk.unit(\"%s\", \"%s\")".formatted(name, version);
    }

    private static String task(String name) {
        return "Task.of(\"%s\", RunnableContext::awaitStop)".formatted(name);
    }

    private ModuleHandle loaded(String version, String units) throws Exception {
        ModuleHandle handle = manager.add(Module.fromJar(jar(version, units)));
        handle.ready().await();
        return handle;
    }

    @Test
    void theNewVersionTakesOverWhatTheOldOneHadAndTheOldClassesGo() throws Exception {
        ModuleHandle billing = loaded("1", clerk("clerk", "1"));
        ReloadReport report = billing.reload(jar("2", clerk("clerk", "2")), SOON).await();
        assertThat(report).returns(ReplaceOutcome.REPLACED, ReloadReport::outcome).returns("1", ReloadReport::from)
                .returns("2", ReloadReport::to).returns("", ReloadReport::message);
        assertThat(report.replaced()).singleElement().returns(ReplaceMethod.WARM, ReplaceReport::method)
                .returns(1L, ReplaceReport::handedOver);
        assertThat(report).hasToString("billing 1 → 2 replaced: 1 unit replaced, 1 item handed over");
        assertThat(Witness.seen()).containsExactly("1 works on [first of 1] with class loader of billing 1",
                "1 freezes",
                "2 works on [first of 1] with class loader of billing 2");
        assertThat(billing.version()).isEqualTo("2");
        assertThat(billing.generation()).isEqualTo(1);
        proved("1");
        assertThat(billing.children()).singleElement().returns(UnitState.READY, RunnableHandle::state);
        billing.unload().await();
        proved("2");
    }

    @Test
    void unitsOfOneVersionOnlyComeAndGo() throws Exception {
        ModuleHandle billing = loaded("1", task("same") + ", " + task("old"));
        ReloadReport report = billing.reload(jar("2", task("same") + ", " + task("new")), SOON).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.added()).containsExactly("new");
        assertThat(report.removed()).containsExactly("old");
        assertThat(billing.children()).extracting(RunnableHandle::name).containsExactly("module/billing/new",
                "module/billing/same");
        proved("1");
    }

    @Test
    void whenOneDoesNotStandTheTestAllGoBack() throws Exception {
        ModuleHandle billing = loaded("1", clerk("clerk", "1") + ", " + task("old"));
        String failing = "Task.of(RunnableSpec.builder(\"new\").restart(RestartPolicy.never()).build(), "
                + "_ -> { throw new IllegalStateException(\"no money\"); })";
        ReloadReport report = billing.reload(jar("2", clerk("clerk", "2") + ", " + failing),
                ReplaceOptions.defaults()).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("module/billing/new", "no money");
        assertThat(billing.version()).isEqualTo("1");
        assertThat(Witness.seen()).last().isEqualTo("1 thaws [first of 1]");
        Awaitility.await().atMost(HANG)
                .until(() -> billing.children().stream().allMatch(unit -> unit.state() == UnitState.READY));
        assertThat(billing.children()).extracting(RunnableHandle::name).containsExactly("module/billing/clerk",
                "module/billing/old");
        proved("2");
        assertThat(Modules.of(manager).unloads()).hasSize(1);
    }

    @Test
    void aNewVersionThatCannotBeLoadedChangesNothing() throws Exception {
        ModuleHandle billing = loaded("1", task("same"));
        assertThatThrownBy(() -> billing.reload(folder.resolve("none.jar")).await())
                .isInstanceOf(InvalidModuleException.class).hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> billing.reload(jar("2", "null")).await())
                .isInstanceOf(InvalidModuleException.class).hasMessageContaining("its code failed");
        assertThat(billing.version()).isEqualTo("1");
        assertThat(billing.children()).singleElement().returns(1L, RunnableHandle::generation)
                .returns(UnitState.READY, RunnableHandle::state);
    }

    @Test
    void aUnitOfAnotherKindIsRefusedAndNothingIsReplaced() throws Exception {
        ModuleHandle billing = loaded("1", task("same") + ", " + task("kind"));
        ReloadReport report = billing.reload(jar("2", task("same")
                + ", Task.of(RunnableSpec.builder(\"kind\").kind(\"Other\").build(), RunnableContext::awaitStop)"))
                .await();
        assertThat(report.outcome()).isNotEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.message()).contains("the name and the kind stay");
        assertThat(billing.version()).isEqualTo("1");
        proved("2");
    }

    @Test
    void aUnitThatDoesNotRunIsDescribedByTheVersionThatStays() throws Exception {
        ModuleHandle billing = loaded("1", clerk("clerk", "1") + ", " + task("idle"));
        RunnableHandle idle = manager.find("module/billing/idle").orElseThrow();
        idle.stop().await();
        billing.reload(jar("2", clerk("clerk", "2") + ", " + task("idle")), SOON).await();
        proved("1");
        assertThat(idle.state()).isEqualTo(UnitState.STOPPED);
        idle.start().await();
        billing.unload().await();
        proved("2");
    }

    @Test
    void aStopOvertakesAReload() throws Exception {
        ModuleHandle billing = loaded("1", clerk("clerk", "1"));
        var reload = billing.reload(jar("2", clerk("clerk", "2")), ReplaceOptions.defaults());
        Awaitility.await().atMost(HANG).until(() -> Witness.seen().size() == 3);
        billing.unload().await();
        assertThatThrownBy(reload::await).hasMessageContaining("was overtaken");
        proved("1");
        proved("2");
        assertThat(manager.units()).isEmpty();
    }

    @Test
    void anotherModuleIsNoNewVersion() throws Exception {
        ModuleHandle billing = loaded("1", task("same"));
        Path other = Jars.in(folder).declares("shop.Other").source("shop.Other", """
                package shop;
                @dev.windlass.modules.Feature(name = "other", version = "1", api = 1)
                public class Other {}
                """).build("other.jar");
        assertThatThrownBy(() -> billing.reload(other).await()).isInstanceOf(RefusedException.class)
                .hasMessageContaining("is the module other, not billing");
        billing.stop().await();
        assertThatThrownBy(() -> billing.reload(other).await()).isInstanceOf(RefusedException.class)
                .hasMessageContaining("nothing of it is loaded");
        assertThat(List.of(billing.state())).containsExactly(UnitState.STOPPED);
    }

    @Test
    void aUnitThatIsBeingReplacedAlreadyIsReplacedAfterThat() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(jar("1", task("clerk"))));
        billing.ready().await(HANG);
        RunnableHandle clerk = billing.children().getFirst();
        Operation<ReplaceReport> alone = clerk
                .replace(ReplaceOptions.defaults().withProbation(Duration.ofSeconds(3)));
        Awaitility.await().atMost(HANG).until(() -> clerk.status().replacing() != null);
        ReloadReport report = billing.reload(jar("2", task("clerk")), SOON).await(HANG);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(alone.await(HANG).outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(clerk.generation()).isEqualTo(3);
    }

    @Test
    void aNewVersionWhoseCodeThrowsWhenItsUnitsAreAskedForIsTakenBack() throws Exception {
        ModuleHandle billing = loaded("1", clerk("clerk", "1") + ", " + task("same"));
        for (String error : List.of("new NullPointerException(\"no purse\")", "new StackOverflowError(\"no purse\")",
                "new IllegalStateException() { public String getMessage() { throw new IllegalStateException(\"no words\"); } }")) {
            ReloadReport report = billing.reload(jar("2", clerk("clerk", "2") + ", " + throwing("same", error)), SOON)
                    .await(HANG);
            assertThat(report.outcome()).as(report.toString()).isNotEqualTo(ReplaceOutcome.REPLACED);
            assertThat(report.message()).containsPattern("no purse|message cannot be read");
            assertThat(billing.version()).isEqualTo("1");
            assertThat(billing.state()).isEqualTo(UnitState.READY);
            Awaitility.await().atMost(HANG).until(() -> billing.children().size() == 2
                    && billing.children().stream().allMatch(unit -> unit.state() == UnitState.READY));
        }
        assertThat(Witness.seen()).last().asString().startsWith("1 ");
        proved("2");
        assertThat(billing.reload(jar("3", clerk("clerk", "3") + ", " + task("same")), SOON).await(HANG).outcome())
                .isEqualTo(ReplaceOutcome.REPLACED);
        billing.unload().await(HANG);
        proved("1");
    }

    /** A unit that throws when it is given its handle. */
    private static String throwing(String name, String error) {
        return """
                new Unit<RunnableHandle>() {
                    public RunnableSpec spec() { return RunnableSpec.named("%s"); }
                    public ManagedRunnable newInstance() { return RunnableContext::awaitStop; }
                    public RunnableHandle handle(RunnableHandle base) { throw %s; }
                }""".formatted(name, error);
    }

    @Test
    void theFolderOfTheCopiesIsMadeAnewWhenSomebodyHasTakenItAway() throws Exception {
        ModuleHandle billing = loaded("1", task("same"));
        Folders.delete(Objects.requireNonNull(Modules.of(manager).folder().getParent()));
        ReloadReport report = billing.reload(jar("2", task("same")), SOON).await(HANG);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(billing.state()).isEqualTo(UnitState.READY);
        proved("1");
    }

    @Test
    void aReloadForWhichThereIsNoRoomFailsAndLeavesWhatWorks() throws Exception {
        ModuleHandle billing = loaded("1", task("same"));
        Path copies = Objects.requireNonNull(Modules.of(manager).folder().getParent());
        Files.createDirectory(copies.resolve("3"));
        assertThatThrownBy(() -> billing.reload(jar("2", task("same")), SOON).await(HANG))
                .isInstanceOf(LifecycleException.class).hasMessageContaining("there is no room");
        assertThat(billing.state()).isEqualTo(UnitState.READY);
        assertThat(billing.version()).isEqualTo("1");
        assertThat(billing.reload(jar("2", task("same")), SOON).await(HANG).outcome())
                .isEqualTo(ReplaceOutcome.REPLACED);
    }
}

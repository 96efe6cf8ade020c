package dev.windlass.cli.demo;

import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.modules.Module;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.ReloadReport;
import dev.windlass.modules.UnloadReport;
import dev.windlass.modules.UnloadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static dev.windlass.cli.demo.Steps.check;

/** The part of the tour in which a module is loaded, reloaded and unloaded. */
final class ModuleSteps {
    private final Demo demo;
    private final Steps steps;

    ModuleSteps(Demo demo, Steps steps) {
        this.demo = demo;
        this.steps = steps;
    }

    void play() throws Exception {
        Path folder = Files.createTempDirectory("windlass-tour-");
        try {
            play(SiteIndexJar.write(folder, "1"), SiteIndexJar.write(folder, "2"));
        } finally {
            DemoFolder.delete(folder);
        }
    }

    private void play(Path first, Path second) throws Exception {
        ModuleHandle module = demo.manager().add(Module.fromJar(first));
        module.ready().await(Await.BOUND);
        Sites.awaitIndexes(demo.clusters());
        check(demo.clusters().stream().allMatch(cluster -> cluster.watches("websites") == 1), "one watch serves all");
        steps.held(
                "a module is loaded from a jar: its controller, of classes of its own, shares the watches that are there");
        ReloadReport reloaded = module.reload(second,
                ReplaceOptions.defaults().withProbation(Duration.ofSeconds(1))).await(Await.BOUND);
        steps.figure(reloaded.toString());
        check(reloaded.outcome() == ReplaceOutcome.REPLACED && module.version().equals("2"), "replaced: " + reloaded);
        Sites.create(demo.north(), "wharf");
        Sites.awaitIndexes(demo.clusters());
        proved("1");
        steps.held("another version of it is loaded and takes over; no class of the first one is left in this process");
        UnloadReport unloaded = module.unload().await(Await.BOUND);
        check(unloaded.remains().isEmpty(), "nothing is left behind: " + unloaded.remains());
        proved("2");
        Sites.create(demo.north(), "quay");
        Await.until("the new website to be published", () -> Sites.hasChildren(demo.north(), "quay"));
        check(!Sites.table(demo.north(), "site-index").containsKey("quay"), "nobody writes the index");
        check(demo.clusters().stream().allMatch(cluster -> cluster.watches("websites") == 1), "the watches stay");
        steps.held("it is unloaded: no class of it is left, which a collection has proved, and the others go on");
    }

    /** Forces collections, for which others would wait. */
    private void proved(String version) throws InterruptedException {
        Modules modules = Modules.of(demo.manager());
        modules.prove().await(Await.BOUND);
        List<UnloadReport> reports = modules.unloads().stream().filter(unload -> unload.version().equals(version))
                .toList();
        check(reports.size() == 1 && reports.getFirst().state() == UnloadState.PROVED, "gone: " + reports);
        steps.figure(reports.getFirst().toString());
    }
}

package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Promise;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.modules.internal.proof.Remain;
import dev.windlass.modules.internal.proof.UnloadProof;
import dev.windlass.modules.internal.proof.UnloadProver;
import dev.windlass.modules.internal.proof.UnloadWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loads that have ended, and what is known of their classes. The monitor guards the list. */
final class Unloads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.modules");
    /** How many of those that are proved are remembered. */
    private static final int KEPT = 100;

    private final TimeSource time;
    private final UnloadWatch watch;
    private final List<Unload> all = new ArrayList<>();

    Unloads(TimeSource time) {
        this.time = time;
        this.watch = new UnloadWatch(time, Unloads::tell);
    }

    private static void tell(UnloadProof proof) {
        (proof.state() == UnloadProof.State.LEAKED ? LOG.atWarn() : LOG.atInfo()).addKeyValue("module", proof.name())
                .log("{}", proof);
    }

    synchronized Unload add(ModuleJar jar, long load, ClassLoader loader, List<Remain> remains) {
        Unload unload = new Unload(jar.version(), watch.watch(jar.name(), load, loader), remains);
        all.add(unload);
        long proved = count(UnloadState.PROVED);
        for (int i = 0; proved > KEPT; i++) {
            if (all.get(i).state() == UnloadState.PROVED) {
                all.remove(i--);
                proved--;
            }
        }
        return unload;
    }

    synchronized List<Unload> all() {
        return List.copyOf(all);
    }

    long count(UnloadState state) {
        return all().stream().filter(unload -> unload.state() == state).count();
    }

    /** Finds out about all of which it is not known, on a thread of its own. */
    Promise<List<UnloadReport>> prove() {
        Promise<List<UnloadReport>> promise = new Promise<>("proof of what was unloaded", time);
        List<Unload> asked = all().stream().filter(unload -> unload.state() != UnloadState.PROVED).toList();
        Thread.ofVirtual().name("windlass-prove").inheritInheritableThreadLocals(false).start(() -> {
            try {
                UnloadProver.prove(asked.stream().map(Unload::proof).toList());
                promise.complete(asked.stream().map(Unload::report).toList());
            } catch (IOException e) {
                promise.fail(
                        new LifecycleException("what holds unloaded modules cannot be found: " + e.getMessage(), e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                promise.fail(new LifecycleException("the proof of what was unloaded was interrupted", e));
            } catch (RuntimeException | Error e) {
                promise.fail(new LifecycleException("the proof of what was unloaded failed: " + e, e));
                throw e;
            }
        });
        return promise;
    }

    @Override
    public void close() {
        watch.close();
    }
}

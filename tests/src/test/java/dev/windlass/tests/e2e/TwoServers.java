package dev.windlass.tests.e2e;

import dev.windlass.testkit.LeakCheck;
import dev.windlass.testkit.TestApiServer;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** Two API servers for the whole run, a {@link World} over them for each test, and the leak check behind it. */
final class TwoServers implements ParameterResolver, AfterEachCallback {

    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(TwoServers.class);

    /** The embedded server keeps objects and history, as any server does; here that is in this JVM. */
    static final String EMBEDDED = "dev.windlass.apiserver.";

    /** One that captures nothing is made at its first use and stays; what others capture is counted itself. */
    private static final String LAMBDAS = "$$Lambda";
    /** The client of the tests has one static thread, which ends ten seconds after its last use. */
    private static final String FABRIC8_SCHEDULER = "CachedSingleThreadScheduler";

    private record Servers(TestApiServer north, TestApiServer south) implements AutoCloseable {

        static Servers start() {
            try {
                Servers servers = new Servers(server(World.NORTH), server(World.SOUTH));
                for (TestApiServer server : new TestApiServer[]{servers.north, servers.south}) {
                    try (Outside outside = new Outside(server)) {
                        outside.install();
                    }
                }
                return servers;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the API servers start", e);
            }
        }

        private static TestApiServer server(String name) throws InterruptedException {
            return TestApiServer.start(name);
        }

        @Override
        public void close() {
            north.close();
            south.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Servers servers = servers(context);
        World world = new World(servers.north, servers.south);
        context.getStore(STORE).put(World.class, world);
        return world;
    }

    private static Servers servers(ExtensionContext context) {
        return context.getRoot().getStore(STORE).computeIfAbsent(Servers.class, key -> Servers.start(), Servers.class);
    }

    /** A method of its own, so that no frame of this thread holds the world when the leak check counts instances. */
    private static Set<String> closeWorld(ExtensionContext context) throws Exception {
        World world = context.getStore(STORE).remove(World.class, World.class);
        if (world == null) {
            return Set.of();
        }
        world.close();
        return world.metersLeft();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Set<String> meters = closeWorld(context);
        if (!AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), Scenario.class)
                || context.getExecutionException().isPresent()) {
            return; // what a broken test leaves behind says nothing
        }
        assertThat(meters).as("meters of units that have gone").isEmpty();
        ExtensionContext.Store ofTheTest = context.getParent().orElseThrow().getStore(STORE);
        LeakCheck baseline = ofTheTest.get(LeakCheck.class, LeakCheck.class);
        if (baseline == null) {
            Servers servers = servers(context);
            ofTheTest.put(LeakCheck.class, LeakCheck.builder().servers(servers.north, servers.south)
                    .instancesOf("dev.windlass.").ignoring(EMBEDDED).ignoring(LAMBDAS)
                    .ignoring(FABRIC8_SCHEDULER).baseline());
        } else {
            baseline.assertNothingLeft();
        }
    }
}

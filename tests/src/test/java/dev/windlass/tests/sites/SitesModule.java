package dev.windlass.tests.sites;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.Feature;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleContext;
import dev.windlass.workqueue.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Reads websites. What fails, fails often in the first version and rarely in the second; what is to be read later, is by the first one.
 *
 * <p>Each call is done by what the host has put into the system properties: of the JDK's types, since the module sees no others of the
 * test.
 */
@Feature(name = "sites", api = FeatureModule.API_VERSION)
public final class SitesModule implements FeatureModule {

    /** The system property with the {@code BiConsumer} that is given the version and the name, and what reads the text. */
    public static final String HOST = "windlass.tests.sites";

    private static final int MANY = 2_000;

    @Override
    public List<Unit<?>> units(ModuleContext context) {
        boolean first = context.version().equals("1");
        @SuppressWarnings("unchecked")
        BiConsumer<List<String>, Supplier<String>> host = (BiConsumer<List<String>, Supplier<String>>) Objects
                .requireNonNull(System.getProperties().get(HOST), HOST);
        return List.of(Controller.builder(Site.class).named("sites")
                .workers(first ? 4 : MANY) // so that in the second one no key waits for another
                .stop(StopOptions.drain(Duration.ofMinutes(3)))
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1),
                        first ? Duration.ofMillis(2) : Duration.ofHours(100)))
                .reconciler((request, calls) -> {
                    host.accept(List.of(context.version(), request.name()), () -> text(request, calls));
                    if (request.name().startsWith("failing")) {
                        throw new IllegalStateException("fails as it is meant to");
                    }
                    return first && request.name().startsWith("later")
                            ? Result.requeueAfter(Duration.ofHours(1))
                            : Result.done();
                }).build());
    }

    private static String text(Request<Site> request, ReconcileContext context) {
        return context.cache().get(request).map(site -> site.getSpec().text()).orElse("(gone)");
    }
}

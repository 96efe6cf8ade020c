package com.example.greeter;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.Owners;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Manager;
import dev.windlass.server.AdminServer;
import dev.windlass.server.BindAddress;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.nio.file.Path;
import java.util.Optional;

/** For each ConfigMap labelled {@code greet=true}, keeps a second one beside it that greets whom the first one names. */
public final class Greeter implements Reconciler<ConfigMap> {

    @Override
    public Result reconcile(Request<ConfigMap> request, ReconcileContext context) {
        Optional<ConfigMap> wish = context.cache().get(request);
        if (wish.isEmpty()) {
            return Result.done();
        }
        String whom = wish.get().getData().getOrDefault("name", "nobody");
        ConfigMap greeting = new ConfigMapBuilder().withNewMetadata().withNamespace(request.namespace())
                .withName(request.name() + "-greeting").endMetadata().addToData("text", "Hello, " + whom + "!").build();
        Owners.setController(wish.get(), greeting);
        context.client().apply(greeting, FieldOwner.of("greeter"));
        return Result.done();
    }

    /** What a manager runs. */
    public static Controller<ConfigMap> controller() {
        return Controller.builder(WatchSpec.of(ConfigMap.class).withLabels("greet=true"))
                .named("greeter")
                .owns(ConfigMap.class)
                .reconciler(new Greeter())
                .build();
    }

    /** Usage: {@code Greeter KUBECONFIG}. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 1) {
            System.err.println("usage: Greeter KUBECONFIG");
            System.exit(2);
        }
        Manager manager = Manager.builder().stopOnSignals(true).build();
        manager.add(AdminServer.at(BindAddress.loopback(0))); // for ./windlass get, stop, replace …
        manager.add(Cluster.fromKubeconfig("home", Path.of(arguments[0])));
        manager.add(controller());
        manager.run();
    }
}

package dev.windlass.examples.website;

import dev.windlass.controller.Controller;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;

/** The controllers of this example. Add them to a manager together, one by one, or at any later time. */
public final class Websites {
    private Websites() {
    }

    /** Publishes websites, and puts right what others change in their children. */
    public static Controller<Website> controller() {
        return Controller.builder(Website.class)
                .named("websites")
                .owns(ConfigMap.class)
                .owns(Deployment.class)
                .owns(Service.class)
                .workers(4)
                .reconciler(new WebsiteReconciler())
                .build();
    }

    /** Writes the redirect tables. */
    public static Controller<Redirect> redirects() {
        return Controller.builder(Redirect.class).named("redirects").reconciler(new RedirectReconciler()).build();
    }

    /** Writes the indexes of all websites. One worker: each call writes the same object. */
    public static Controller<Website> siteIndex() {
        return Controller.builder(Website.class).named("site-index").reconciler(new SiteIndexReconciler()).build();
    }
}

package dev.windlass.tests.e2e;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A website of some pages, each of which is a ConfigMap. */
@Group(Website.GROUP)
@Version("v1")
class Website extends CustomResource<Website.Pages, Website.Published> implements Namespaced {

    static final String GROUP = "e2e.windlass.dev";

    static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: websites.e2e.windlass.dev}
            spec:
              group: e2e.windlass.dev
              scope: Namespaced
              names: {kind: Website, plural: websites, singular: website, listKind: WebsiteList}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}}
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        required: [pages]
                        properties:
                          pages: {type: integer, minimum: 0}
                          text: {type: string}
                      status:
                        type: object
                        properties:
                          text: {type: string}
                          observedGeneration: {type: integer}
            """;

    /** How many pages, and what stands on each. */
    record Pages(int pages, String text) {
    }

    /** What stands on the pages now. */
    record Published(String text, @Nullable Long observedGeneration) {
    }

    @Override
    protected @Nullable Pages initSpec() {
        return null;
    }

    @Override
    protected @Nullable Published initStatus() {
        return null;
    }
}

package dev.windlass.tests.kubectl;

/** What is applied. */
final class Texts {

    static final String SHOPS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: shops.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Shop, plural: shops, singular: shop, listKind: ShopList, shortNames: [sh]}
              versions:
              - name: v1
                served: true
                storage: true
                subresources:
                  status: {}
                additionalPrinterColumns:
                - {name: Tills, type: integer, jsonPath: .spec.tills}
                - {name: Open, type: string, jsonPath: ".status.open"}
                schema:
                  openAPIV3Schema:
                    type: object
                    description: A shop sells things.
                    properties:
                      spec:
                        type: object
                        description: What the shop shall be.
                        required: [tills]
                        properties:
                          tills: {type: integer, minimum: 1, description: How many can pay at once.}
                          motto: {type: string, default: welcome}
                      status:
                        type: object
                        properties:
                          open: {type: string}
            """;

    static final String SHOP = """
            apiVersion: example.com/v1
            kind: Shop
            metadata: {name: corner}
            spec: {tills: 2}
            """;

    static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {app: web}}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: web, image: "web:1", ports: [{containerPort: 80}]}
                  - {name: side, image: "side:1"}
            """;

    static final String COLOURS = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: colours}
            data: {sky: blue, grass: green}
            """;

    private Texts() {
    }
}

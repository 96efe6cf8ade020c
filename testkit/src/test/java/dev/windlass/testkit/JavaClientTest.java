package dev.windlass.testkit;

import com.google.gson.JsonObject;
import io.kubernetes.client.Discovery;
import io.kubernetes.client.ProtoClient;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.kubernetes.client.extended.leaderelection.LeaderElector;
import io.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.kubernetes.client.extended.pager.Pager;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.ApiextensionsV1Api;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.CustomObjectsApi;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1CustomResourceDefinition;
import io.kubernetes.client.openapi.models.V1CustomResourceDefinitionStatus;
import io.kubernetes.client.openapi.models.V1DeleteOptions;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Scale;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.openapi.models.V1StatusCause;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Yaml;
import io.kubernetes.client.util.generic.KubernetesApiResponse;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import io.kubernetes.client.util.generic.options.ListOptions;
import io.kubernetes.client.util.generic.options.PatchOptions;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import okhttp3.Call;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** What Kubernetes' own Java client does, on either kind of server; the system property says on which. */
@ApiServers("java")
@Timeout(120)
class JavaClientTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String DEFAULT = "default";
    private static final String APPLY = V1Patch.PATCH_FORMAT_APPLY_YAML;

    private FaultProxy proxy;
    private ApiClient client;
    private CoreV1Api core;

    @BeforeEach
    void connect(TestApiServer server) throws IOException {
        proxy = FaultProxy.before(server);
        client = Config.fromConfig(KubeConfig.loadKubeConfig(new StringReader(proxy.kubeconfig())));
        client.setReadTimeout(0);
        core = new CoreV1Api(client);
    }

    @AfterEach
    void disconnect() {
        client.getHttpClient().dispatcher().cancelAll();
        client.getHttpClient().dispatcher().executorService().shutdown();
        client.getHttpClient().connectionPool().evictAll();
        proxy.close();
    }

    private static V1ConfigMap configMap(String name, String value) {
        return new V1ConfigMap().apiVersion("v1").kind("ConfigMap")
                .metadata(new V1ObjectMeta().name(name).putLabelsItem("made", "by-java")).putDataItem("a", value);
    }

    private V1ConfigMap create(String name) throws ApiException {
        return core.createNamespacedConfigMap(DEFAULT, configMap(name, "1")).execute();
    }

    private static ApiException refusal(ThrowingCallable call) {
        return catchThrowableOfType(ApiException.class, call);
    }

    private static V1Status status(ApiException exception) {
        return JSON.getGson().fromJson(exception.getResponseBody(), V1Status.class);
    }

    /** This client does not read them into its types. */
    private static List<String> managers(DynamicKubernetesObject object) {
        List<String> managers = new ArrayList<>();
        object.getRaw().getAsJsonObject("metadata").getAsJsonArray("managedFields")
                .forEach(entry -> managers.add(entry.getAsJsonObject().get("manager").getAsString()));
        return managers;
    }

    private List<String> managers(String configMap) throws ApiException {
        return managers(new DynamicKubernetesApi("", "v1", "configmaps", client).get(DEFAULT, configMap)
                .throwsApiException().getObject());
    }

    @Test
    void createsReadsReplacesAndDeletes() throws ApiException {
        V1ConfigMap created = create("whole");
        assertThat(created.getMetadata().getUid()).isNotEmpty();
        assertThat(created.getMetadata().getCreationTimestamp()).isNotNull();
        V1ConfigMap replaced = core.replaceNamespacedConfigMap("whole", DEFAULT, created.putDataItem("a", "2"))
                .fieldManager("java").execute();
        assertThat(core.readNamespacedConfigMap("whole", DEFAULT).execute()).isEqualTo(replaced);
        assertThat(managers("whole")).contains("java");
        core.replaceNamespacedConfigMap("whole", DEFAULT, replaced.putDataItem("a", "3")).dryRun("All").execute();
        assertThat(core.readNamespacedConfigMap("whole", DEFAULT).execute().getData()).containsEntry("a", "2");

        V1Status deleted = core.deleteNamespacedConfigMap("whole", DEFAULT)
                .body(new V1DeleteOptions().propagationPolicy("Background")).execute();

        assertThat(deleted.getStatus()).isEqualTo("Success");
        assertThat(deleted.getDetails().getUid()).isEqualTo(created.getMetadata().getUid());
        assertThat(refusal(() -> core.readNamespacedConfigMap("whole", DEFAULT).execute()).getCode()).isEqualTo(404);
    }

    private V1ConfigMap patch(String name, String patch, String format) throws ApiException {
        return PatchUtils.patch(V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap(name, DEFAULT, new V1Patch(patch)).buildCall(null), format, client);
    }

    @Test
    void patchesInEveryWay() throws ApiException {
        create("patched");
        assertThat(patch("patched", """
                [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/b", "value": "2"}]""",
                V1Patch.PATCH_FORMAT_JSON_PATCH).getData()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(patch("patched", """
                {"data": {"a": null, "c": "3"}}""", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH).getData())
                .isEqualTo(Map.of("b", "2", "c", "3"));
        assertThat(patch("patched", """
                {"data": {"$retainKeys": ["d"], "d": "4"}}""", V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH).getData())
                .isEqualTo(Map.of("d", "4"));
    }

    private V1ConfigMap apply(String name, String value, String manager, boolean force) throws ApiException {
        return PatchUtils.patch(V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap(name, DEFAULT, new V1Patch("""
                        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s"}, "data": {"a": "%s"}}"""
                        .formatted(name, value))).fieldManager(manager).force(force).buildCall(null),
                APPLY, client);
    }

    @Test
    void appliesWithConflictsAndByForce() throws ApiException {
        assertThat(apply("applied", "1", "first", false).getData()).isEqualTo(Map.of("a", "1"));

        ApiException conflict = refusal(() -> apply("applied", "2", "second", false));

        assertThat(conflict.getCode()).isEqualTo(409);
        assertThat(status(conflict).getDetails().getCauses())
                .containsExactly(new V1StatusCause().reason("FieldManagerConflict")
                        .message("conflict with \"first\"").field(".data.a"));
        V1ConfigMap forced = apply("applied", "2", "second", true);
        assertThat(forced.getData()).isEqualTo(Map.of("a", "2"));
        assertThat(managers("applied")).containsExactly("second");
    }

    @Test
    void listsInPages() throws ApiException {
        for (int i = 0; i < 5; i++) {
            create("page-" + i);
        }
        V1ConfigMapList first = core.listNamespacedConfigMap(DEFAULT).labelSelector("made=by-java").limit(2).execute();
        assertThat(first.getItems()).extracting(item -> item.getMetadata().getName()).containsExactly("page-0",
                "page-1");
        create("page-1-a");
        V1ConfigMapList second = core.listNamespacedConfigMap(DEFAULT).labelSelector("made=by-java").limit(2)
                ._continue(first.getMetadata().getContinue()).execute();
        assertThat(second.getItems()).extracting(item -> item.getMetadata().getName()).containsExactly("page-2",
                "page-3");
        assertThat(second.getMetadata().getResourceVersion()).isEqualTo(first.getMetadata().getResourceVersion());

        Pager<V1ConfigMap, V1ConfigMapList> pager = new Pager<>(page -> {
            try {
                return core.listNamespacedConfigMap(DEFAULT).labelSelector("made=by-java").limit(page.getLimit())
                        ._continue(page.getContinueToken()).buildCall(null);
            } catch (ApiException e) {
                throw new AssertionError(e);
            }
        }, client, 4, V1ConfigMapList.class);

        assertThat(StreamSupport.stream(pager.spliterator(), false).map(item -> item.getMetadata().getName()))
                .containsExactly("page-0", "page-1", "page-1-a", "page-2", "page-3", "page-4");
        V1ConfigMapList named = core.listNamespacedConfigMap(DEFAULT).fieldSelector("metadata.name=page-3").execute();
        assertThat(named.getItems()).hasSize(1);
    }

    @Test
    void watches() throws Exception {
        String since = core.listNamespacedConfigMap(DEFAULT).execute().getMetadata().getResourceVersion();
        Call call = core.listNamespacedConfigMap(DEFAULT).labelSelector("made=by-java").resourceVersion(since)
                .allowWatchBookmarks(true).timeoutSeconds(60).watch(true).buildCall(null);
        try (Watch<V1ConfigMap> watch = Watch.createWatch(client, call,
                new com.google.gson.reflect.TypeToken<Watch.Response<V1ConfigMap>>() {
                }.getType())) {
            V1ConfigMap created = create("watched");
            core.replaceNamespacedConfigMap("watched", DEFAULT, created.putDataItem("a", "2")).execute();
            core.deleteNamespacedConfigMap("watched", DEFAULT).execute();
            List<String> seen = new ArrayList<>();
            while (seen.size() < 3 && watch.hasNext()) {
                Watch.Response<V1ConfigMap> event = watch.next();
                if (!event.type.equals("BOOKMARK")) {
                    seen.add(event.type + " " + event.object.getData().get("a"));
                }
            }
            assertThat(seen).containsExactly("ADDED 1", "MODIFIED 2", "DELETED 2");
        }
    }

    @Test
    void aWatchFromTooLongAgoIsToldSo(TestApiServer server) throws Exception {
        if (server instanceof EmbeddedApiServer embedded) {
            create("forgotten");
            embedded.server().compact();
        }
        Call call = core.listNamespacedConfigMap(DEFAULT).resourceVersion("1").timeoutSeconds(5).watch(true)
                .buildCall(null);
        int code;
        try (Watch<V1ConfigMap> watch = Watch.createWatch(client, call,
                new com.google.gson.reflect.TypeToken<Watch.Response<V1ConfigMap>>() {
                }.getType())) {
            assertThat(watch.hasNext()).isTrue();
            Watch.Response<V1ConfigMap> event = watch.next();
            // The real server still knows its first version.
            code = event.type.equals("ERROR") ? event.status.getCode() : 200;
        } catch (ApiException e) {
            code = e.getCode();
        }
        assertThat(code).isEqualTo(server instanceof EmbeddedApiServer ? 410 : 200);
    }

    /** Keeps what a handler is told. */
    private static final class Journal implements ResourceEventHandler<V1ConfigMap> {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void onAdd(V1ConfigMap map) {
            lines.add("add " + map.getMetadata().getName());
        }

        @Override
        public void onUpdate(V1ConfigMap before, V1ConfigMap map) {
            lines.add("update " + map.getMetadata().getName() + " " + map.getData().get("a"));
        }

        @Override
        public void onDelete(V1ConfigMap map, boolean unknown) {
            lines.add("delete " + map.getMetadata().getName());
        }

        void awaits(String line) {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(lines).contains(line));
        }
    }

    @Test
    void anInformerSurvivesLostWatches(TestApiServer server) throws ApiException {
        create("there-before");
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                params -> core.listNamespacedConfigMap(DEFAULT).labelSelector("made=by-java")
                        .resourceVersion(params.resourceVersion).timeoutSeconds(params.timeoutSeconds)
                        .watch(params.watch).buildCall(null),
                V1ConfigMap.class, V1ConfigMapList.class);
        Journal journal = new Journal();
        informer.addEventHandler(journal);
        factory.startAllRegisteredInformers();
        try {
            await().atMost(LIMIT).until(informer::hasSynced);
            journal.awaits("add there-before");
            V1ConfigMap informed = create("informed");
            journal.awaits("add informed");

            proxy.cut();
            informed = core.replaceNamespacedConfigMap("informed", DEFAULT, informed.putDataItem("a", "2")).execute();
            journal.awaits("update informed 2");

            if (server instanceof EmbeddedApiServer embedded) {
                core.createNamespacedConfigMap(DEFAULT, new V1ConfigMap().metadata(new V1ObjectMeta().name("unseen")))
                        .execute();
                embedded.server().compact();
                embedded.server().faults().dropWatches();
            } else {
                proxy.cut();
            }
            core.replaceNamespacedConfigMap("informed", DEFAULT, informed.putDataItem("a", "3")).execute();
            journal.awaits("update informed 3");
            core.deleteNamespacedConfigMap("informed", DEFAULT).execute();
            journal.awaits("delete informed");
            await().atMost(LIMIT).untilAsserted(
                    () -> assertThat(informer.getIndexer().listKeys()).containsExactly("default/there-before"));
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }

    @Test
    void leadsOneAfterTheOther() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        LeaderElector first = elector("first");
        LeaderElector second = elector("second");
        Thread one = Thread.ofVirtual().start(() -> first.run(() -> told.add("first leads"),
                () -> told.add("first does not")));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).containsExactly("first leads"));
        Thread two = Thread.ofVirtual().start(() -> second.run(() -> told.add("second leads"),
                () -> told.add("second does not")));
        first.close();
        one.interrupt();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).contains("second leads"));
        assertThat(new CoordinationV1Api(client).readNamespacedLease("led", DEFAULT).execute().getSpec()
                .getHolderIdentity()).isEqualTo("second");
        second.close();
        two.interrupt();
        one.join();
        two.join();
    }

    private LeaderElector elector(String identity) {
        return new LeaderElector(new LeaderElectionConfig(new LeaseLock(DEFAULT, "led", identity, client),
                Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(300)));
    }

    private static final String SHOPS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: shops.java.example.com}
            spec:
              group: java.example.com
              scope: Namespaced
              names: {kind: Shop, plural: shops, singular: shop}
              versions:
              - name: v1
                served: true
                storage: true
                subresources:
                  status: {}
                  scale: {specReplicasPath: .spec.tills, statusReplicasPath: .status.open}
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        required: [owner]
                        properties:
                          owner: {type: string, minLength: 2}
                          tills: {type: integer, default: 1}
                      status:
                        type: object
                        properties:
                          open: {type: integer}
            """;

    private DynamicKubernetesApi shops() throws ApiException {
        ApiextensionsV1Api extensions = new ApiextensionsV1Api(client);
        V1CustomResourceDefinition typed = Yaml.loadAs(SHOPS, V1CustomResourceDefinition.class);
        // Whatever is a list or a map it sends as an empty one, and for this field that is too much.
        ApiException refused = refusal(() -> extensions.createCustomResourceDefinition(typed).execute());
        assertThat(refused.getCode()).isEqualTo(422);
        assertThat(status(refused).getDetails().getCauses()).extracting(V1StatusCause::getField)
                .contains("spec.validation.openAPIV3Schema.properties[spec].dependencies");
        DynamicKubernetesObject definition = new DynamicKubernetesObject(JSON.getGson()
                .toJsonTree(new org.yaml.snakeyaml.Yaml().<Map<String, Object>>load(SHOPS)).getAsJsonObject());
        new DynamicKubernetesApi("apiextensions.k8s.io", "v1", "customresourcedefinitions", client).create(definition)
                .throwsApiException();
        await().atMost(LIMIT).until(() -> Optional
                .ofNullable(extensions.readCustomResourceDefinition("shops.java.example.com").execute().getStatus())
                .map(V1CustomResourceDefinitionStatus::getConditions).stream().flatMap(List::stream)
                .anyMatch(condition -> condition.getType().equals("Established")
                        && condition.getStatus().equals("True")));
        DynamicKubernetesApi shops = new DynamicKubernetesApi("java.example.com", "v1", "shops", client);
        await().atMost(LIMIT).until(() -> shops.list(DEFAULT).isSuccess());
        return shops;
    }

    private static DynamicKubernetesObject shop(String name, String owner) {
        JsonObject spec = new JsonObject();
        spec.addProperty("owner", owner);
        DynamicKubernetesObject shop = new DynamicKubernetesObject();
        shop.setApiVersion("java.example.com/v1");
        shop.setKind("Shop");
        shop.setMetadata(new V1ObjectMeta().name(name).namespace(DEFAULT));
        shop.getRaw().add("spec", spec);
        return shop;
    }

    @Test
    void worksWithCustomResources() throws ApiException {
        DynamicKubernetesApi shops = shops();
        DynamicKubernetesObject created = shops.create(shop("corner", "ann")).throwsApiException().getObject();
        assertThat(created.getRaw().getAsJsonObject("spec").get("tills").getAsInt()).isEqualTo(1);

        JsonObject status = new JsonObject();
        status.addProperty("open", 1);
        // It patches, with a media type that no server takes for a patch.
        assertThat(shops.updateStatus(created, shop -> status).getHttpStatusCode()).isEqualTo(415);
        created.getRaw().add("status", status);
        new CustomObjectsApi(client).replaceNamespacedCustomObjectStatus("java.example.com", "v1", DEFAULT, "shops",
                "corner", created.getRaw()).execute();
        DynamicKubernetesObject open = shops.get(DEFAULT, "corner").throwsApiException().getObject();
        assertThat(open.getRaw().getAsJsonObject("status")).isEqualTo(status);
        assertThat(open.getMetadata().getGeneration()).isEqualTo(1);

        DynamicKubernetesObject patched = shops.patch(DEFAULT, "corner", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH,
                new V1Patch("{\"spec\": {\"tills\": 3}}")).throwsApiException().getObject();
        assertThat(patched.getMetadata().getGeneration()).isEqualTo(2);
        DynamicKubernetesObject applied = shops.patch(DEFAULT, "corner", APPLY, new V1Patch("""
                {"apiVersion": "java.example.com/v1", "kind": "Shop", "metadata": {"name": "corner"},
                 "spec": {"owner": "ann"}}"""), new PatchOptions().fieldManager("applier")).throwsApiException()
                .getObject();
        assertThat(managers(applied)).contains("applier");

        KubernetesApiResponse<DynamicKubernetesObject> refused = shops.create(shop("bad", "a"));
        assertThat(refused.getHttpStatusCode()).isEqualTo(422);
        assertThat(refused.getStatus().getDetails().getCauses()).extracting("field").containsExactly("spec.owner");
        KubernetesApiResponse<?> strategic = shops.patch(DEFAULT, "corner",
                V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, new V1Patch("{}"));
        assertThat(strategic.getHttpStatusCode()).isEqualTo(415);

        assertThat(shops.list(DEFAULT, new ListOptions().fieldSelector("metadata.name=corner")).getObject().getItems())
                .hasSize(1);
        KubernetesApiResponse<DynamicKubernetesObject> deleted = shops.delete(DEFAULT, "corner");
        assertThat(deleted.isSuccess()).isTrue();
        assertThat(shops.get(DEFAULT, "corner").getHttpStatusCode()).isEqualTo(404);
    }

    @Test
    void tellsErrorsWithAStatus() throws ApiException {
        create("contended");
        ApiException exists = refusal(() -> create("contended"));
        assertThat(exists.getCode()).isEqualTo(409);
        assertThat(status(exists).getReason()).isEqualTo("AlreadyExists");

        V1ConfigMap stale = configMap("contended", "2");
        stale.getMetadata().resourceVersion("1");
        ApiException conflict = refusal(() -> core.replaceNamespacedConfigMap("contended", DEFAULT, stale).execute());
        assertThat(conflict.getCode()).isEqualTo(409);
        assertThat(status(conflict).getReason()).isEqualTo("Conflict");

        ApiException missing = refusal(() -> core.deleteNamespacedConfigMap("nowhere", DEFAULT).execute());
        assertThat(missing.getCode()).isEqualTo(404);
        assertThat(status(missing).getDetails().getName()).isEqualTo("nowhere");
        assertThat(status(missing).getDetails().getKind()).isEqualTo("configmaps");

        V1Service bad = Yaml.loadAs("""
                apiVersion: v1
                kind: Service
                metadata: {name: bad}
                spec: {ports: [{port: 70000}]}
                """, V1Service.class);
        ApiException invalid = refusal(() -> core.createNamespacedService(DEFAULT, bad).execute());
        assertThat(invalid.getCode()).isEqualTo(422);
        assertThat(status(invalid).getDetails().getCauses()).extracting(V1StatusCause::getField)
                .containsExactly("spec.ports[0].port", "spec.ports[0].targetPort");

        ApiException unknown = refusal(() -> core.createNamespacedConfigMap(DEFAULT, configMap("strict", "1"))
                .fieldValidation("Sometimes").execute());
        assertThat(unknown.getCode()).isEqualTo(422);
        ApiException gone = refusal(() -> new DynamicKubernetesApi("nowhere.example.com", "v1", "things", client)
                .list(DEFAULT).throwsApiException());
        assertThat(gone.getCode()).isEqualTo(404);
    }

    @Test
    void keepsWhatTypesSay() throws ApiException {
        V1Service service = core.createNamespacedService(DEFAULT, Yaml.loadAs("""
                apiVersion: v1
                kind: Service
                metadata: {name: typed}
                spec:
                  selector: {app: typed}
                  ports: [{name: web, port: 80, targetPort: web}, {name: admin, port: 81, targetPort: 8081}]
                """, V1Service.class)).execute();
        assertThat(service.getSpec().getPorts()).extracting(V1ServicePort::getTargetPort)
                .containsExactly(new IntOrString("web"), new IntOrString(8081));
        AppsV1Api apps = new AppsV1Api(client);
        V1Deployment deployment = apps.createNamespacedDeployment(DEFAULT, Yaml.loadAs("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: typed}
                spec:
                  selector: {matchLabels: {app: typed}}
                  template:
                    metadata: {labels: {app: typed}}
                    spec:
                      containers:
                      - name: web
                        image: example.com/web:1
                        resources: {requests: {cpu: 500m, memory: 64Mi}}
                """, V1Deployment.class)).execute();
        V1Container container = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(container.getResources().getRequests()).containsEntry("memory", Quantity.fromString("64Mi"));
        assertThat(container.getImagePullPolicy()).isEqualTo("IfNotPresent");
        V1Scale scale = apps.readNamespacedDeploymentScale("typed", DEFAULT).execute();
        scale.getSpec().replicas(3);
        assertThat(apps.replaceNamespacedDeploymentScale("typed", DEFAULT, scale).execute().getSpec().getReplicas())
                .isEqualTo(3);
        deployment.getMetadata().resourceVersion(null);
        deployment.getStatus().observedGeneration(1L).replicas(1);
        V1Deployment observed = apps.replaceNamespacedDeploymentStatus("typed", DEFAULT, deployment).execute();
        assertThat(observed.getStatus().getObservedGeneration()).isEqualTo(1);
        assertThat(observed.getSpec().getReplicas()).isEqualTo(3);
    }

    @Test
    void discoversWhatIsServed() throws ApiException {
        assertThat(new Discovery(client).findAll()).anySatisfy(resource -> {
            assertThat(resource.getKind()).isEqualTo("Deployment");
            assertThat(resource.getPreferredVersion()).isEqualTo("v1");
            assertThat(resource.getNamespaced()).isTrue();
            assertThat(resource.getSubResources()).contains("status", "scale");
        });
        assertThat(new VersionApi(client).getCode().execute().getMajor()).isEqualTo("1");
    }

    @Test
    void speaksProtobuf() throws Exception {
        ProtoClient proto = new ProtoClient(client);
        V1.ConfigMap map = V1.ConfigMap.newBuilder().setMetadata(Meta.ObjectMeta.newBuilder().setName("proto"))
                .putData("a", "1").build();
        String all = "/api/v1/namespaces/default/configmaps";
        assertThat(proto.create(map, all, "v1", "ConfigMap").object.getMetadata().getUid()).isNotEmpty();
        ProtoClient.ObjectOrStatus<V1.ConfigMapList> list = proto.list(V1.ConfigMapList.newBuilder(), all);
        assertThat(list.object.getItemsList()).anyMatch(item -> item.getMetadata().getName().equals("proto"));
        ProtoClient.ObjectOrStatus<V1.ConfigMap> missing = proto.get(V1.ConfigMap.newBuilder(), all + "/nowhere");
        assertThat(missing.status.getReason()).isEqualTo("NotFound");
        ProtoClient.ObjectOrStatus<V1.ConfigMap> merged = proto.get(V1.ConfigMap.newBuilder(), all + "/proto");
        V1.ConfigMap changed = merged.object.toBuilder().putData("b", "2").build();
        ProtoClient.ObjectOrStatus<V1.ConfigMap> updated = proto.update(changed, all + "/proto", "v1", "ConfigMap");
        assertThat(updated.object.getDataMap()).isEqualTo(Map.of("a", "1", "b", "2"));
        ProtoClient.ObjectOrStatus<V1.ConfigMap> deleted = proto.delete(V1.ConfigMap.newBuilder(), all + "/proto");
        assertThat(deleted.status.getStatus()).isEqualTo("Success");
    }
}

package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Webhooks for admission, asked over HTTPS. */
class WebhooksTest extends AskingServer {
    private static final String MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private static final String VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MAP_RULE = "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['configmaps'],"
            + "'operations':['CREATE','UPDATE','DELETE']}]";

    private void mutating(String name, String path, String more) {
        assertThat(wire.post(MUTATING, hooks.configuration("Mutating", name, path, more)).code()).isEqualTo(201);
    }

    private void validating(String name, String path, String more) {
        Answer answer = wire.post(VALIDATING, hooks.configuration("Validating", name, path, more));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    private static String text(JsonNode node, String... path) {
        return Json.textOrEmpty(node, path);
    }

    @Test
    void aMutatingWebhookChangesWhatIsCreatedUpdatedPatchedAndApplied() {
        hooks.patching("/label", "[{'op':'add','path':'/data/seen','value':'yes'}]".replace('\'', '"'));
        mutating("labels", "/label", MAP_RULE);

        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).text("data", "seen")).isEqualTo("yes");
        assertThat(wire.put(MAPS + "/a", Wire.configMap("a", "k", "w")).text("data", "seen")).isEqualTo("yes");
        assertThat(wire.merge(MAPS + "/a", "{\"data\":{\"seen\":null}}").text("data", "seen")).isEqualTo("yes");
        Answer applied = wire.apply(MAPS + "/b", "tester",
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"b\"},\"data\":{\"x\":\"y\"}}");
        assertThat(applied.text("data", "seen")).as(applied.message()).isEqualTo("yes");
        assertThat(wire.get(MAPS + "/b").text("data", "seen")).isEqualTo("yes");
        assertThat(hooks.asked()).extracting(each -> text(each, "operation")).containsExactly("CREATE", "UPDATE",
                "UPDATE", "CREATE");
    }

    @Test
    void aReviewTellsWhatIsAskedAndByWhom() {
        hooks.on("/see", response -> response);
        validating("see", "/see", MAP_RULE);
        wire.post(MAPS + "?fieldManager=me", Wire.configMap("a", "k", "v"));
        wire.put(MAPS + "/a?dryRun=All", Wire.configMap("a", "k", "w"));
        wire.delete(MAPS + "/a", "{\"propagationPolicy\":\"Background\",\"gracePeriodSeconds\":3}");

        JsonNode create = hooks.asked().get(0);
        assertThat(Json.string(create.path("kind")))
                .isEqualTo("{\"group\":\"\",\"version\":\"v1\",\"kind\":\"ConfigMap\"}");
        assertThat(Json.string(create.path("requestResource")))
                .isEqualTo("{\"group\":\"\",\"version\":\"v1\",\"resource\":\"configmaps\"}");
        assertThat(text(create, "name")).isEqualTo("a");
        assertThat(text(create, "namespace")).isEqualTo("default");
        assertThat(text(create, "userInfo", "username")).isEqualTo("kubernetes-admin");
        assertThat(create.path("userInfo").path("groups").toString())
                .isEqualTo("[\"system:masters\",\"system:authenticated\"]");
        assertThat(text(create, "object", "metadata", "uid")).isNotEmpty();
        assertThat(text(create, "object", "kind")).isEqualTo("ConfigMap");
        assertThat(create.path("oldObject").isNull()).isTrue();
        assertThat(create.path("dryRun").booleanValue()).isFalse();
        assertThat(Json.string(create.path("options")))
                .isEqualTo("{\"kind\":\"CreateOptions\",\"apiVersion\":\"meta.k8s.io/v1\",\"fieldManager\":\"me\"}");

        JsonNode update = hooks.asked().get(1);
        assertThat(update.path("dryRun").booleanValue()).isTrue();
        assertThat(text(update, "object", "data", "k")).isEqualTo("w");
        assertThat(text(update, "oldObject", "data", "k")).isEqualTo("v");

        JsonNode delete = hooks.asked().get(2);
        assertThat(delete.path("object").isNull()).isTrue();
        assertThat(text(delete, "oldObject", "data", "k")).isEqualTo("v");
        assertThat(text(delete, "options", "propagationPolicy")).isEqualTo("Background");
        assertThat(delete.path("options").path("gracePeriodSeconds").intValue()).isEqualTo(3);
    }

    @Test
    void aRefusalIsToldInTheWordsOfTheWebhookAndNothingIsWritten() {
        hooks.on("/no", response -> {
            response.put("allowed", false).putObject("status").put("code", 403).put("reason", "Forbidden")
                    .put("message", "not on my watch");
            response.putArray("warnings").add("mind the gap");
            return response;
        });
        wire.post(MAPS, Wire.configMap("kept", "k", "v"));
        validating("no", "/no", MAP_RULE);

        Answer refused = wire.post(MAPS, Wire.configMap("a"));
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.reason()).isEqualTo("Forbidden");
        assertThat(refused.message())
                .isEqualTo("admission webhook \"no.example.com\" denied the request: not on my watch");
        assertThat(refused.raw().headers().allValues("Warning")).containsExactly("299 - \"mind the gap\"");
        assertThat(wire.get(MAPS + "/a").code()).isEqualTo(404);
        assertThat(wire.merge(MAPS + "/kept", "{\"data\":{\"k\":\"w\"}}").code()).isEqualTo(403);
        Answer deleted = wire.delete(MAPS + "/kept");
        assertThat(deleted.code()).isEqualTo(403);
        assertThat(deleted.raw().headers().allValues("Warning")).containsExactly("299 - \"mind the gap\"");
        assertThat(wire.get(MAPS + "/kept").text("data", "k")).isEqualTo("v");
        assertThat(wire.delete(MAPS).code()).isEqualTo(403);
        assertThat(wire.get(MAPS + "/kept").code()).isEqualTo(200);
    }

    @Test
    void aRefusalWithoutWordsIsOneOfABadRequest() {
        hooks.on("/no", response -> response.put("allowed", false));
        mutating("no", "/no", MAP_RULE);
        Answer refused = wire.post(MAPS, Wire.configMap("a"));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message())
                .isEqualTo("admission webhook \"no.example.com\" denied the request without explanation");
    }

    @Test
    void rulesAndSelectorsSayWhoIsAsked() {
        hooks.on("/see", response -> response);
        validating("objects", "/see",
                MAP_RULE + ",'objectSelector':{'matchLabels':{'watched':'yes'}}");
        validating("elsewhere", "/see", MAP_RULE
                + ",'namespaceSelector':{'matchExpressions':[{'key':'kubernetes.io/metadata.name','operator':'NotIn',"
                + "'values':['default']}]}");
        validating("cluster", "/see",
                "'rules':[{'apiGroups':['*'],'apiVersions':['*'],'resources':['*/*'],'operations':['*'],'scope':'Cluster'}]");

        wire.post(MAPS, Wire.configMap("a"));
        assertThat(hooks.asked()).isEmpty();
        wire.merge(MAPS + "/a", "{\"metadata\":{\"labels\":{\"watched\":\"yes\"}}}");
        assertThat(hooks.asked()).hasSize(1);
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"other\"}}");
        assertThat(hooks.asked()).hasSize(2);
        wire.post("/api/v1/namespaces/other/configmaps", Wire.configMap("a"));
        assertThat(hooks.asked()).hasSize(3);
        assertThat(text(hooks.asked().get(1), "namespace")).isEqualTo("other");
    }

    @Test
    void whoeverConfiguresWebhooksIsNotKeptFromItByThem() {
        hooks.on("/no", response -> response.put("allowed", false));
        validating("no", "/no",
                "'rules':[{'apiGroups':['*'],'apiVersions':['*'],'resources':['*'],'operations':['*']}]");
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(400);
        assertThat(wire.delete(VALIDATING + "/no").code()).isEqualTo(200);
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
    }

    @Test
    void theFailurePolicySaysWhatBecomesOfARequestThatNobodyCouldBeAskedAbout() {
        mutating("gone", "/none", MAP_RULE + ",'failurePolicy':'Ignore'");
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        validating("gone", "/none", MAP_RULE + ",'failurePolicy':'Fail'");
        Answer failed = wire.post(MAPS, Wire.configMap("b"));
        assertThat(failed.code()).isEqualTo(500);
        assertThat(failed.reason()).isEqualTo("InternalError");
        assertThat(failed.message())
                .isEqualTo("Internal error occurred: failed calling webhook \"gone.example.com\": failed"
                        + " to call webhook: an error on the server (\"nobody home\") has prevented the request from succeeding");
        assertThat(wire.delete(MAPS + "/a").code()).isEqualTo(500);
    }

    @Test
    void aWebhookThatTakesTooLongHasFailed() {
        CountDownLatch end = new CountDownLatch(1);
        hooks.on("/slow", response -> {
            try {
                end.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return response;
        });
        validating("slow", "/slow", MAP_RULE + ",'timeoutSeconds':1");
        Answer failed = wire.post(MAPS, Wire.configMap("a"));
        end.countDown();
        assertThat(failed.message()).isEqualTo(
                "Internal error occurred: failed calling webhook \"slow.example.com\": failed to call webhook: Post \""
                        + hooks.url("/slow") + "?timeout=1s\": context deadline exceeded");
    }

    @Test
    void aWebhookIsTrustedByItsBundleAlone() {
        hooks.on("/see", response -> response);
        wire.post(VALIDATING, hooks.configuration("Validating", "see", "/see", MAP_RULE).replace(hooks.bundle(),
                WebhookServer.base64(server.caCertificatePem())));
        assertThat(wire.post(MAPS, Wire.configMap("a")).message()).endsWith("Post \"" + hooks.url("/see")
                + "?timeout=10s\": tls: failed to verify certificate: x509: certificate signed by unknown authority");
        wire.delete(VALIDATING + "/see");
        String elsewhere = hooks.configuration("Validating", "see", "/see", MAP_RULE).replace("127.0.0.1",
                "127.0.0.2");
        wire.post(VALIDATING, elsewhere);
        assertThat(wire.post(MAPS, Wire.configMap("a")).message())
                .matches(".*: (tls: failed to verify certificate: x509: certificate is valid for 127.0.0.1,"
                        + " [0:]+1, not 127.0.0.2|dial tcp 127.0.0.2:\\d+: connect: connection refused)");
        assertThat(hooks.asked()).isEmpty();
    }

    @Test
    void aWebhookIsAskedAtTheShortestPathThatSaysTheSame() {
        hooks.on("/hooks/see", response -> response);
        validating("see", "//hooks/./old/../see/", MAP_RULE);
        Answer created = wire.post(MAPS, Wire.configMap("a"));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        assertThat(hooks.asked()).hasSize(1);
    }

    @Test
    void aServiceIsFoundWhereTheServerIsToldThatItIs() {
        hooks.on("/see", response -> response);
        String service = hooks.configuration("Validating", "see", "/see", MAP_RULE).replace(
                "\"url\": \"" + hooks.url("/see") + "\"",
                "\"service\": {\"namespace\": \"default\", \"name\": \"kubernetes\", \"port\": 8443, \"path\": \"/see\"}");
        assertThat(wire.post(VALIDATING, service).code()).isEqualTo(201);
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        assertThat(hooks.hosts()).containsExactly("kubernetes.default.svc:8443");

        wire.delete(VALIDATING + "/see");
        wire.post(VALIDATING, service.replace("\"kubernetes\"", "\"other\""));
        assertThat(wire.post(MAPS, Wire.configMap("b")).message()).isEqualTo(
                "Internal error occurred: failed calling webhook \"see.example.com\": failed to call webhook: Post"
                        + " \"https://other.default.svc:8443/see?timeout=10s\": service \"other\" not found");
    }

    @Test
    void whatAMutatingWebhookMakesOfAnObjectIsReadAndValidatedLikeWhatAClientSends() {
        hooks.patching("/bad", "[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"no/key\":\"v\"}}]");
        mutating("bad", "/bad", MAP_RULE);
        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).code()).isEqualTo(422);
        hooks.patching("/bad", "[{\"op\":\"add\",\"path\":\"/data\",\"value\":\"text\"}]");
        Answer unreadable = wire.post(MAPS, Wire.configMap("a", "k", "v"));
        assertThat(unreadable.code()).isEqualTo(500);
        assertThat(unreadable.message()).startsWith("Internal error occurred: json: cannot unmarshal string into Go");
        hooks.patching("/bad", "[{\"op\":\"remove\",\"path\":\"/data/none\"}]");
        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).message()).isEqualTo("Internal error occurred: error"
                + " in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value");
    }

    @Test
    void anAnswerThatIsNoneHasFailed() {
        validating("odd", "/odd", MAP_RULE);
        String failed = "Internal error occurred: failed calling webhook \"odd.example.com\": received invalid webhook response: ";
        hooks.onReview("/odd", _ -> Json.object());
        assertThat(wire.post(MAPS, Wire.configMap("a")).message()).isEqualTo(failed + "webhook response was absent");
        hooks.on("/odd", response -> response.put("uid", "other"));
        assertThat(wire.post(MAPS, Wire.configMap("a")).message()).startsWith(failed + "expected response.uid=\"")
                .endsWith("\", got \"other\"");
        hooks.on("/odd", response -> response.put("patch", WebhookServer.base64("[]")).put("patchType", "JSONPatch"));
        assertThat(wire.post(MAPS, Wire.configMap("a")).message())
                .isEqualTo(failed + "validating webhook may not return response.patch");
        hooks.onReview("/odd", review -> Json.object().set("response",
                Json.object().put("uid", text(review, "request", "uid")).put("allowed", true)));
        assertThat(wire.post(MAPS, Wire.configMap("a")).message())
                .isEqualTo(failed
                        + "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=");
    }

    @Test
    void whoWantsToIsAskedAgainWhenOthersHaveChangedWhatTheySaw() {
        hooks.on("/first", response -> {
            ObjectNode data = (ObjectNode) response.path("review").path("request").path("object").path("data");
            return response.put("patchType", "JSONPatch").put("patch", WebhookServer.base64(
                    "[{\"op\":\"add\",\"path\":\"/data/saw\",\"value\":\"" + data.size() + "\"}]"));
        });
        hooks.patching("/second", "[{\"op\":\"add\",\"path\":\"/data/more\",\"value\":\"m\"}]");
        mutating("a-first", "/first", MAP_RULE + ",'reinvocationPolicy':'IfNeeded'");
        mutating("b-second", "/second", MAP_RULE);
        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).text("data", "saw")).isEqualTo("3");
        assertThat(hooks.asked()).hasSize(3);
    }

    @Test
    void aWebhookIsAskedAgainWhenAPolicyHasChangedWhatItLeftBehind() {
        String policies = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolic";
        assertThat(wire.post(policies + "ies",
                """
                        {'metadata':{'name':'late'},'spec':{'reinvocationPolicy':'IfNeeded','matchConstraints':{'resourceRules':[{'apiGroups':[''],
                         'apiVersions':['v1'],'resources':['configmaps'],'operations':['CREATE']}]},'mutations':[{'patchType':'ApplyConfiguration',
                         'applyConfiguration':{'expression':'Object{data: {\\'seen\\': has(object.data.hook) ? \\'yes\\' : \\'no\\'}}'}}]}}"""
                        .replace("\\'", "`").replace('\'', '"').replace('`', '\''))
                .code()).isEqualTo(201);
        assertThat(wire.post(policies + "ybindings",
                "{\"metadata\":{\"name\":\"late\"},\"spec\":{\"policyName\":\"late\"}}").code()).isEqualTo(201);
        hooks.patching("/hook", "[{\"op\":\"add\",\"path\":\"/data/hook\",\"value\":\"x\"}]");
        mutating("hook", "/hook", MAP_RULE + ",'reinvocationPolicy':'IfNeeded'");
        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).text("data", "seen")).isEqualTo("yes");
        assertThat(hooks.asked()).extracting(each -> text(each, "object", "data", "seen")).containsExactly("no", "yes");
    }

    @Test
    void whatTheServerAddsItselfIsAddedAgainToWhatAWebhookHasMade() {
        hooks.patching("/bare", """
                [{"op":"remove","path":"/spec/tolerations"},{"op":"remove","path":"/spec/priority"},
                 {"op":"add","path":"/spec/priorityClassName","value":"high"}]""");
        mutating("bare", "/bare",
                "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['pods'],'operations':['CREATE']}]");
        assertThat(wire.post("/apis/scheduling.k8s.io/v1/priorityclasses",
                "{\"metadata\":{\"name\":\"high\"},\"value\":77}").code()).isEqualTo(201);
        Answer made = wire.post("/api/v1/namespaces/default/pods",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.body().at("/spec/priority").asInt(-1)).isEqualTo(77);
        assertThat(made.body().at("/spec/tolerations")).hasSize(2);
        assertThat(hooks.asked()).hasSize(1);
    }

    @Test
    void conditionsSayWhoIsAskedAndAreCompiledWhenTheyAreWritten() {
        hooks.on("/no", response -> response.put("allowed", false));
        validating("no", "/no", MAP_RULE + ",'matchConditions':["
                + "{'name':'a','expression':'request.operation == \\\"CREATE\\\" && object.metadata.name != \\\"spared\\\"'},"
                + "{'name':'b','expression':'object.data.k == \\\"v\\\"'}]");
        assertThat(wire.post(MAPS, Wire.configMap("a", "k", "v")).code()).isEqualTo(400);
        assertThat(wire.post(MAPS, Wire.configMap("spared", "k", "v")).code()).isEqualTo(201);
        assertThat(wire.post(MAPS, Wire.configMap("b", "k", "w")).code()).isEqualTo(201);
        Answer undecided = wire.post(MAPS, Wire.configMap("c", "x", "v"));
        assertThat(undecided.code()).isEqualTo(403);
        assertThat(undecided.message()).contains("configmaps \"c\" is forbidden: ", "no such key: k");
        Answer refused = wire.post(VALIDATING, hooks.configuration("Validating", "bad", "/no",
                MAP_RULE + ",'matchConditions':[{'name':'a','expression':'nothing.here'}]"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .contains("webhooks[0].matchConditions[0].expression: Invalid value: \"nothing.here\":"
                        + " compilation failed: ", "undeclared reference to 'nothing'");
    }

    @Test
    void aScaleIsReviewedAsAScale() {
        hooks.patching("/scale", "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}]");
        mutating("scale", "/scale",
                "'rules':[{'apiGroups':['apps'],'apiVersions':['v1'],'resources':['deployments/scale'],'operations':['UPDATE']}]");
        wire.post("/apis/apps/v1/namespaces/default/deployments",
                """
                        {"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
                         "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}}""");
        assertThat(hooks.asked()).isEmpty();
        Answer scaled = wire.merge("/apis/apps/v1/namespaces/default/deployments/d/scale",
                "{\"spec\":{\"replicas\":7}}");
        assertThat(scaled.body().at("/spec/replicas").intValue()).isEqualTo(2);
        JsonNode asked = hooks.asked().getFirst();
        assertThat(text(asked, "kind", "kind")).isEqualTo("Scale");
        assertThat(text(asked, "subResource")).isEqualTo("scale");
        assertThat(asked.at("/object/spec/replicas").intValue()).isEqualTo(7);
        assertThat(asked.at("/oldObject/spec/replicas").intValue()).isEqualTo(1);
    }

    @Test
    void aMutatingWebhookMayRefuseADeletionAndChangeNothing() {
        wire.post(MAPS, Wire.configMap("a"));
        hooks.patching("/patch", "[{\"op\":\"add\",\"path\":\"/x\",\"value\":1}]");
        mutating("patch", "/patch", MAP_RULE);
        assertThat(wire.delete(MAPS + "/a").message()).isEqualTo("Internal error occurred: admission webhook"
                + " \"patch.example.com\" attempted to modify the object, which is not supported for this operation");
        hooks.on("/patch", response -> response);
        assertThat(wire.delete(MAPS + "/a").code()).isEqualTo(200);
        assertThat(List.of(wire.get(MAPS + "/a").code())).containsExactly(404);
    }

    @Test
    void whatIsAskedOfAPodIsReviewed() {
        wire.post("/api/v1/namespaces/default/pods",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        hooks.on("/no", response -> response.put("allowed", false));
        validating("no", "/no",
                "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['pods/eviction'],'operations':['CREATE']}]");
        String eviction = "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"p\"}}";
        assertThat(wire.post("/api/v1/namespaces/default/pods/p/eviction", eviction).code()).isEqualTo(400);
        assertThat(wire.get("/api/v1/namespaces/default/pods/p").code()).isEqualTo(200);
        JsonNode asked = hooks.asked().getFirst();
        assertThat(text(asked, "kind", "group")).isEqualTo("policy");
        assertThat(text(asked, "kind", "kind")).isEqualTo("Eviction");
        assertThat(text(asked, "subResource")).isEqualTo("eviction");

        hooks.patching("/label", "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"by\":\"hook\"}}]");
        mutating("label", "/label",
                "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['pods/binding'],'operations':['CREATE']}]");
        wire.post("/api/v1/namespaces/default/pods/p/binding",
                "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}");
        assertThat(wire.get("/api/v1/namespaces/default/pods/p").text("metadata", "labels", "by")).isEqualTo("hook");
    }

    @Test
    void aRequestForATokenIsReviewed() {
        wire.post("/api/v1/namespaces/default/serviceaccounts", "{\"metadata\":{\"name\":\"bot\"}}");
        hooks.patching("/short", "[{\"op\":\"replace\",\"path\":\"/spec/expirationSeconds\",\"value\":1200}]");
        mutating("short", "/short",
                "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['serviceaccounts/token'],'operations':['CREATE']}]");
        Answer given = wire.post("/api/v1/namespaces/default/serviceaccounts/bot/token", "{}");
        assertThat(given.body().at("/spec/expirationSeconds").intValue()).isEqualTo(1200);
        assertThat(hooks.asked().getFirst().at("/object/spec/expirationSeconds").intValue()).isEqualTo(3600);
    }

    @Test
    void nobodyIsAskedAboutReviews() {
        hooks.on("/no", response -> response.put("allowed", false));
        Answer configured = wire.post(VALIDATING, hooks.configuration("Validating", "no", "/no",
                "'rules':[{'apiGroups':['authorization.k8s.io'],'apiVersions':['v1'],'resources':['selfsubjectaccessreviews'],'operations':['*']}]"));
        assertThat(configured.code()).isEqualTo(201);
        assertThat(wire.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}").code()).isEqualTo(201);
        assertThat(hooks.asked()).isEmpty();
    }
}

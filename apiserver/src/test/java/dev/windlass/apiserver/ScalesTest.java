package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** How many replicas there are to be, who says so, and what leads to custom resources besides. */
class ScalesTest extends SharedServer {
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String CREWS = "/apis/example.com/v1/namespaces/default/crews";

    ScalesTest() {
        super("scales");
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String scale(String name, int replicas) {
        return json("{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{'name':'" + name
                + "'},'spec':{'replicas':" + replicas + "}}");
    }

    private void deployment(String name) {
        assertThat(wire.post(DEPLOYMENTS + "?fieldManager=author", json("{'metadata':{'name':'" + name
                + "'},'spec':{'replicas':2,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':"
                + "{'a':'b'}},'spec':{'containers':[{'name':'a','image':'x'}]}}}}")).code()).isEqualTo(201);
    }

    /** The managers of the replicas, and whether they have applied or updated them. */
    private List<String> managers(String name) {
        return wire.get(DEPLOYMENTS + "/" + name).body().path("metadata").path("managedFields").values().stream()
                .filter(each -> each.path("fieldsV1").path("f:spec").has("f:replicas"))
                .map(each -> Json.textOrEmpty(each, "manager") + " " + Json.textOrEmpty(each, "operation") + " "
                        + Json.textOrEmpty(each, "subresource"))
                .toList();
    }

    private void crews() {
        String definition = json("{'metadata':{'name':'crews.example.com'},'spec':{'group':'example.com','scope':"
                + "'Namespaced','names':{'plural':'crews','kind':'Crew'},'versions':[{'name':'v1','served':true,"
                + "'storage':true,'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas',"
                + "'statusReplicasPath':'.status.replicas'}},'schema':{'openAPIV3Schema':{'type':'object',"
                + "'x-kubernetes-preserve-unknown-fields':true}}}]}}");
        int code = wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).code();
        assertThat(code).isIn(201, 409);
    }

    private Wire.Answer crew(String name, String spec) {
        return wire.post(CREWS, json("{'apiVersion':'example.com/v1','kind':'Crew','metadata':{'name':'" + name
                + "'},'spec':" + spec + "}"));
    }

    @Test
    void aScaleIsAppliedAndItsConflictsAreTold() {
        deployment("applied");
        String path = DEPLOYMENTS + "/applied/scale";
        assertThat(wire.put(path + "?fieldManager=scaler", scale("applied", 3)).code()).isEqualTo(200);
        assertThat(managers("applied")).containsExactly("scaler Update scale");
        Wire.Answer refused = wire.apply(path, "other", scale("applied", 5));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.message()).isEqualTo("Apply failed with 1 conflict: conflict with \"scaler\" with"
                + " subresource \"scale\" using autoscaling/v1: .spec.replicas");
        Wire.Answer forced = wire.apply(path + "?force=true", "other", scale("applied", 5));
        assertThat(forced.body().path("spec").path("replicas").intValue()).isEqualTo(5);
        assertThat(managers("applied")).containsExactly("other Apply scale");
    }

    @Test
    void whatAScaleDoesNotHaveIsWarnedOfOrRefused() {
        deployment("strict");
        String path = DEPLOYMENTS + "/strict/scale";
        String odd = json("{'spec':{'replicas':4,'nothing':1}}");
        assertThat(wire.merge(path, odd).raw().headers().allValues("Warning"))
                .containsExactly("299 - \"unknown field \\\"spec.nothing\\\"\"");
        assertThat(wire.merge(path + "?fieldValidation=Strict", odd).code()).isEqualTo(422);
        assertThat(wire.put(path, json("{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{'name':'strict'},"
                + "'spec':7}")).code()).isEqualTo(400);
        assertThat(wire.merge(path, json("{'spec':{'replicas':'x'}}")).code()).isEqualTo(422);
        assertThat(wire.get(path).body().path("spec").path("replicas").intValue()).isEqualTo(4);
    }

    @Test
    void aCustomResourceWantsNoLessThanNothing() {
        crews();
        assertThat(crew("fewer", "{'replicas':-1}").message())
                .endsWith(".spec.replicas: Invalid value: -1: should be a non-negative integer");
        assertThat(crew("many", "{'replicas':'x'}").message())
                .endsWith("Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64");
        assertThat(crew("silent", "{}").code()).isEqualTo(201);
        assertThat(wire.get(CREWS + "/silent/scale").message())
                .isEqualTo("Internal error occurred: the spec replicas field \".spec.replicas\" does not exist");
        assertThat(wire.put(CREWS + "/silent/scale", scale("silent", 3)).code()).isEqualTo(200);
        assertThat(wire.get(CREWS + "/silent").body().path("spec").path("replicas").intValue()).isEqualTo(3);
    }

    @Test
    void customResourcesOfAllNamespacesAreNotDeletedAtOnce() {
        crews();
        crew("kept", "{'replicas':1}");
        assertThat(wire.delete("/apis/example.com/v1/crews").code()).isEqualTo(404);
        JsonNode kept = wire.get(CREWS + "/kept").body();
        assertThat(Json.textOrEmpty(kept, "metadata", "name")).isEqualTo("kept");
        assertThat(wire.post(CREWS + "/kept/status", "{}").message())
                .isEqualTo("create is not supported on resources of kind \"crews.example.com\"");
    }
}

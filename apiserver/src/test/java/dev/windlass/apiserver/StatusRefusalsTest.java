package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What the statuses of built-in kinds may not say, in the words of the real server, and what becomes of what they may. */
class StatusRefusalsTest extends SharedServer {
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String CLAIM = "'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}";
    private static final String VOLUME = "'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/x'}}";
    private static final String INGRESS = "'spec':{'defaultBackend':{'service':{'name':'a','port':{'number':80}}}}";
    private static final String SCALER = "'spec':{'maxReplicas':3,'scaleTargetRef':{'kind':'Deployment','name':'a','apiVersion':'apps/v1'}}";
    private static final String POLICY = "'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':[''],'apiVersions':['v1'],'operations':['CREATE'],'resources':['nothings']}]},'validations':[{'expression':'true'}]}";
    private static final String ATTACHMENT = "'spec':{'attacher':'a.example.com','nodeName':'n','source':{'persistentVolumeName':'v'}}";

    private int made;

    StatusRefusalsTest() {
        super("refused-statuses");
    }

    /** @return the path of the new object */
    private String make(String collection, String fields) {
        String name = "o" + ++made;
        Wire.Answer answer = wire.post(collection,
                ("{'metadata':{'name':'" + name + "'}," + fields + "}").replace('\'', '"'));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        return collection + "/" + name;
    }

    private Wire.Answer tell(String object, String status) {
        return wire.merge(object + "/status", ("{'status':{" + status + "}}").replace('\'', '"'));
    }

    private void refused(String object, String status, String problem) {
        Wire.Answer answer = tell(object, status);
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'capacity':{'storage':'-1500m'}                      | status.capacity[storage]: Invalid value: -2: must be a valid resource quantity
            'allocatedResources':{'storage':'-2'}                | status.allocatedResources[storage]: Invalid value: -2: must be a valid resource quantity
            'allocatedResources':{'cpu':'2'}                     | status.allocatedResources: Unsupported value: "cpu": supported values: "storage"
            'allocatedResources':{'a b':'2'}                     | status.allocatedResources: Invalid value: "a b": name part must consist of
            'allocatedResourceStatuses':{'storage':'Nothing'}    | status.allocatedResourceStatuses: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible",
            'allocatedResourceStatuses':{'cpu':'NodeResizePending'} | status.allocatedResourceStatuses: Unsupported value: "cpu": supported values: "storage"
            """)
    void aClaimHasWhatIsStorage(String status, String problem) {
        refused(make(CORE + "persistentvolumeclaims", CLAIM), status, problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'ip':'x'}               | status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address
            {'ip':'01.2.3.4'}        | status.loadBalancer.ingress[0].ip: Invalid value: "01.2.3.4": must not have leading 0s
            {'hostname':'A_b'}       | status.loadBalancer.ingress[0].hostname: Invalid value: "A_b": a lowercase RFC 1123 subdomain
            {'hostname':'1.2.3.4'}   | status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address
            """)
    void anIngressIsAtAddressesAndNames(String ingress, String problem) {
        refused(make("/apis/networking.k8s.io/v1/namespaces/default/ingresses", INGRESS),
                "'loadBalancer':{'ingress':[" + ingress + "]}", problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'type':''                 | type: Required value: is required
            'type':'a b'              | type: Invalid value: "a b": name part must consist of
            'status':''               | status: Required value
            'status':'No'             | status: Unsupported value: "No": supported values: "False", "True", "Unknown"
            'observedGeneration':-1   | observedGeneration: Invalid value: -1: must be greater than or equal to zero
            'lastTransitionTime':null | lastTransitionTime: Required value
            'reason':''               | reason: Required value
            'reason':'1'              | reason: Invalid value: "1": a condition reason must start with alphabetic character
            """)
    void conditionsOfTheCommonFormAreWhole(String field, String problem) {
        String condition = "{'type':'A','status':'True','reason':'R','message':'',"
                + "'lastTransitionTime':'2026-01-01T00:00:00Z'," + field + "}";
        String right = "{'type':'B','status':'True','reason':'R','message':'',"
                + "'lastTransitionTime':'2026-01-01T00:00:00Z'}";
        String conditions = "'disruptionsAllowed':1,'currentHealthy':1,'desiredHealthy':1,'expectedPods':1,"
                + "'conditions':[" + right + "," + condition + "]";
        for (String object : new String[]{
                make("/apis/policy/v1/namespaces/default/poddisruptionbudgets", "'spec':{'minAvailable':1}"),
                make("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", POLICY)}) {
            String wrong = object.contains("policies")
                    ? conditions.substring(conditions.indexOf("'conditions'"))
                    : conditions;
            refused(object, wrong, "status.conditions[1]." + problem);
            refused(object, wrong.replace(condition, right), "status.conditions[1]: Duplicate value: \"B\"");
        }
    }

    @Test
    void countsAndAmountsAreNotBelowZero() {
        refused(make("/apis/policy/v1/namespaces/default/poddisruptionbudgets", "'spec':{'minAvailable':1}"),
                "'disruptionsAllowed':1,'currentHealthy':1,'desiredHealthy':1,'expectedPods':-1",
                "status.expectedPods: Invalid value: -1: must be greater than or equal to 0");
        String scaler = make("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", SCALER);
        refused(scaler, "'desiredReplicas':-1",
                "status.desiredReplicas: Invalid value: -1: must be greater than or equal to 0");
        refused(scaler.replace("/v2/", "/v1/"), "'currentReplicas':-1,'desiredReplicas':1",
                "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0");
        refused(scaler, "'conditions':[{'type':'A','status':'True','observedGeneration':-1}]",
                "status.conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to 0");
        String quota = make(CORE + "resourcequotas", "'spec':{'hard':{'pods':'1'}}");
        refused(quota, "'hard':{'pods':'-1'}", "status.hard[pods]: Invalid value: \"-1\": must be greater than or");
        refused(quota, "'used':{'pods':'1500m'}", "status.used[pods]: Invalid value: \"1500m\": must be an integer");
        refused(quota, "'used':{'x':'1'}",
                "status.used[x]: Invalid value: \"x\": must be a standard resource for quota");
        refused(make("/apis/storage.k8s.io/v1/volumeattachments", ATTACHMENT),
                "'attached':false,'attachError':{'errorCode':-5}",
                "status.attachError.errorCode: Invalid value: -5: must be between 0 and 2147483647, inclusive");
    }

    @Test
    void aNamespaceIsActiveUntilItIsDeleted() {
        String namespace = make("/api/v1/namespaces", "'spec':{}");
        refused(namespace, "'phase':'Terminating'",
                "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty");
        assertThat(tell(namespace, "'conditions':[{'type':'A','status':'True'}]").code()).isEqualTo(200);
    }

    @Test
    void aVolumeIsToldWhenItsPhaseChanges() {
        String volume = make("/api/v1/persistentvolumes", VOLUME);
        String time = "'lastPhaseTransitionTime':'2026-01-01T00:00:00Z'";
        assertThat(time(tell(volume, time))).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(time(tell(volume, "'lastPhaseTransitionTime':null"))).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(time(tell(volume, "'phase':'Available'"))).isNotEmpty().isNotEqualTo("2026-01-01T00:00:00Z");
        assertThat(time(tell(volume, "'phase':'Bound'," + time))).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void whatIsWantedStaysInMetadataToo() {
        String template = "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'x'}]}}";
        String controller = make(CORE + "replicationcontrollers", "'spec':{'selector':{'a':'b'}," + template + "}");
        assertThat(replaced(controller).path("labels").path("a").asString("")).isEqualTo("b");
        String daemons = make("/apis/apps/v1/namespaces/default/daemonsets",
                "'spec':{'selector':{'matchLabels':{'a':'b'}}," + template + "}");
        assertThat(replaced(daemons).path("annotations").path("deprecated.daemonset.template.generation").asString(""))
                .isEqualTo("1");
    }

    /** @return the metadata of an object of which the status has been sent, and nothing else */
    private JsonNode replaced(String object) {
        Wire.Answer answer = wire.put(object + "/status",
                "{\"metadata\":{\"name\":\"" + object.substring(object.lastIndexOf('/') + 1) + "\"}}");
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        return answer.body().path("metadata");
    }

    @Test
    void aScaleIsOfTheObjectThatIsMeant() {
        String scale = make(CORE + "replicationcontrollers", "'spec':{'selector':{'a':'b'},'template':{'metadata':{"
                + "'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'x'}]}}}") + "/scale";
        assertThat(wire.merge(scale, "{\"metadata\":{\"name\":\"other\"}}").message())
                .startsWith("the name of the object (other) does not match the name on the URL (");
        String nobody = "{\"metadata\":{\"name\":\"%s\",\"uid\":\"nobody\"},\"spec\":{\"replicas\":-1}}";
        String name = scale.split("/", -1)[6];
        assertThat(wire.put(scale, nobody.formatted(name)).message()).contains("StorageError: invalid object, Code: 4");
        assertThat(wire.merge(scale, nobody.formatted(name).replace("-1", "1")).message())
                .startsWith("Operation cannot be fulfilled on replicationcontrollers/scale \"" + name
                        + "\": Precondition failed: UID in precondition: nobody, UID in object meta: ");
    }

    @Test
    void metadataIsCheckedAlsoWhereItStays() {
        String attachment = make("/apis/storage.k8s.io/v1/volumeattachments", ATTACHMENT);
        Wire.Answer other = wire.merge(attachment + "/status", "{\"metadata\":{\"uid\":\"u\"}}");
        assertThat(other.message()).endsWith("metadata.uid: Invalid value: \"u\": field is immutable");
        String finalizer = "{\"metadata\":{\"finalizers\":[\"f\"]}}";
        assertThat(wire.merge(attachment + "/status", finalizer).body().path("metadata").has("finalizers")).isFalse();
        String jobs = make("/apis/batch/v1/namespaces/default/cronjobs", "'spec':{'schedule':'@daily','jobTemplate':{"
                + "'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'x'}]}}}}}");
        assertThat(wire.merge(jobs, finalizer).code()).isEqualTo(422);
        assertThat(wire.merge(jobs + "/status", finalizer).code()).isEqualTo(200);
    }

    @Test
    void aDefinitionIsStoredInSomeVersionAndTellsWhatIsWrongWithMetadataAsOftenAsTheRealOne() {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        wire.post(definitions, """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Cluster",
                "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
                "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        String definition = definitions + "/things.example.com";
        assertThat(tell(definition, "'storedVersions':[]").body().path("status").path("storedVersions").toString())
                .isEqualTo("[\"v1\"]");
        refused(definition, "'acceptedNames':{'plural':'A_'}", "status.acceptedNames.plural: Invalid value: \"A_\"");
        Wire.Answer labels = wire.merge(definition + "/status", "{\"metadata\":{\"labels\":{\"a\":\"b c\"}}}");
        assertThat(labels.body().path("details").path("causes")).hasSize(3);
    }

    private static String time(Wire.Answer answer) {
        JsonNode status = answer.body().path("status");
        return status.path("lastPhaseTransitionTime").asString("");
    }
}

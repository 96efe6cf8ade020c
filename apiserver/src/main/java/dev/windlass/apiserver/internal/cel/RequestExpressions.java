package dev.windlass.apiserver.internal.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.json.Json;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compiles the expressions of one policy or webhook, which may speak of variables that have been declared before. Not thread-safe; what it has compiled is. */
public final class RequestExpressions {
    private final boolean params;
    private final boolean declaring;
    private final Map<String, CelType> types = new LinkedHashMap<>();
    private final Map<String, RequestExpression> variables = new LinkedHashMap<>();
    private final Map<Boolean, Expressions> own = new HashMap<>();

    /** Environments without variables, of which there are few. Each is made when it is needed: the library for expressions takes its time to load. */
    private static final class Shared {
        private static final Map<String, Expressions> ALL = new ConcurrentHashMap<>();

        private Shared() {
        }

        static Expressions of(boolean params, boolean authorizer) {
            return ALL.computeIfAbsent(params + " " + authorizer,
                    _ -> environment(new RequestTypes(Map.of()), params, authorizer, false));
        }
    }

    /**
     * @param params
     *            whether there may be parameters to speak of
     * @param declaring
     *            whether variables will be declared
     */
    public RequestExpressions(boolean params, boolean declaring) {
        this.params = params;
        this.declaring = declaring;
    }

    /** Those of a policy, whose variables are declared. */
    public static RequestExpressions ofPolicy(JsonNode spec) {
        RequestExpressions all = new RequestExpressions(spec.path("paramKind").isObject(),
                !spec.path("variables").isEmpty());
        spec.path("variables").forEach(
                each -> all.declare(Json.textOrEmpty(each, "name"), Json.textOrEmpty(each, "expression")));
        return all;
    }

    private static Expressions environment(RequestTypes types, boolean params, boolean authorizer,
            boolean variables) {
        return new Expressions(types, names(types, params, authorizer, variables));
    }

    private static Map<String, CelType> names(RequestTypes types, boolean params, boolean authorizer,
            boolean variables) {
        Map<String, CelType> names = new LinkedHashMap<>();
        names.put("object", SimpleType.DYN);
        names.put("oldObject", SimpleType.DYN);
        names.put("request", RequestTypes.REQUEST);
        names.put(RequestFacts.NAMESPACE, RequestTypes.NAMESPACE);
        if (params) {
            names.put(RequestFacts.PARAMS, SimpleType.DYN);
        }
        if (authorizer) {
            names.put(RequestFacts.AUTHORIZER, Types.ACCESS);
            names.put(RequestFacts.REQUEST_RESOURCE, Types.TO_RESOURCE);
        }
        if (variables) {
            names.put(RequestFacts.VARIABLES, types.variables());
        }
        return names;
    }

    private Expressions environment(boolean authorizer) {
        return declaring
                ? own.computeIfAbsent(authorizer, each -> environment(new RequestTypes(types), params, each, true))
                : Shared.of(params, authorizer);
    }

    /** Declares a variable, and says what came of compiling it. What is compiled from now on may speak of it. */
    public RequestExpression declare(String name, String text) {
        RequestExpression variable = compile(text, RequestExpression.Result.ANY);
        types.put(name, declared(variable.type()));
        variables.put(name, variable);
        return variable;
    }

    /** Of what is no plain value nothing is known any more. */
    private static CelType declared(CelType type) {
        return switch (type) {
            case ListType list -> ListType.create(declared(list.elemType()));
            case MapType map -> MapType.create(declared(map.keyType()), declared(map.valueType()));
            case SimpleType simple -> simple;
            default -> SimpleType.DYN;
        };
    }

    public RequestExpression compile(String text, RequestExpression.Result wanted) {
        return RequestExpression.compile(text, wanted, environment(true));
    }

    /** An expression that makes a message, which may not ask what somebody may do. */
    public RequestExpression compileMessage(String text) {
        return RequestExpression.compile(text, RequestExpression.Result.TEXT, environment(false));
    }

    /** An expression that makes a configuration to be applied. */
    public RequestExpression compileConfiguration(String text) {
        return compile(text, RequestExpression.Result.CONFIGURATION, patching(text));
    }

    /** An expression that makes the operations of a JSON patch. */
    public RequestExpression compilePatch(String text) {
        return compile(text, RequestExpression.Result.OPERATIONS, patching(text));
    }

    private static RequestExpression compile(String text, RequestExpression.Result wanted, Expressions expressions) {
        return RequestExpression.compile(text, wanted, expressions);
    }

    private Expressions patching(String text) {
        RequestTypes known = new RequestTypes(types);
        return new Expressions(new PatchTypes(known, text), names(known, params, true, true), true);
    }

    /** The same facts, and the values of the variables as they are asked for: each is worked out once. */
    public RequestFacts withVariables(RequestFacts facts) {
        if (variables.isEmpty()) {
            return facts;
        }
        Values values = new Values(Map.copyOf(variables));
        RequestFacts all = facts.withVariables(values);
        values.facts = all;
        return all;
    }

    /** Variables by name. Used by one thread. */
    private static final class Values extends AbstractMap<String, Object> {
        private final Map<String, RequestExpression> variables;
        private final Map<String, Object> known = new HashMap<>();
        private @Nullable RequestFacts facts;

        Values(Map<String, RequestExpression> variables) {
            this.variables = variables;
        }

        @Override
        public boolean containsKey(Object key) {
            return variables.containsKey(key);
        }

        @Override
        public @Nullable Object get(Object key) {
            RequestExpression variable = variables.get(key);
            if (variable == null || facts == null) {
                return null;
            }
            String name = String.valueOf(key);
            Object value = known.get(name);
            if (value == null) {
                value = value(name, variable, facts);
                known.put(name, value);
            }
            return value;
        }

        private static Object value(String name, RequestExpression variable, RequestFacts facts) {
            String problem;
            try {
                return variable.value(facts);
            } catch (CelEvaluationException e) {
                problem = "fails to evaluate: " + Failures.of(e);
            } catch (RequestExpression.FailedException e) {
                problem = "fails to compile: " + e.getMessage();
            }
            throw new IllegalStateException("composited variable \"" + name + "\" " + problem);
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Map<String, Object> all = new HashMap<>();
            for (String name : variables.keySet()) {
                try {
                    all.put(name, get(name));
                } catch (IllegalStateException _) {
                    // one that fails is missing, and whoever asks for it is told so
                }
            }
            return all.entrySet();
        }
    }
}

package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.Access;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Answers requests for resources. Thread-safe. */
public final class Api {
    private static final List<String> IMMORTAL = List.of("default", "kube-system", "kube-public");
    /** The real server deletes many in pages, which decides what a version means. */
    private static final int MOST_AT_ONCE = 10_000;

    private final Resources resources;
    private final Writer writer;
    private final Remover remover;
    private final Lister lister;
    private final Scaler scaler;
    private final Reviews reviews;
    private final PodCommands podCommands;
    private final TokenRequests tokenRequests;
    private final PodLogs podLogs;
    private final Connections connections;
    private final ComponentStatuses componentStatuses;

    public Api(Resources resources, Access access) {
        this.resources = resources;
        this.writer = new Writer(resources);
        this.remover = new Remover(resources);
        this.lister = new Lister(resources);
        this.scaler = new Scaler(resources, writer);
        Unstored unstored = new Unstored(resources);
        this.podCommands = new PodCommands(resources, remover, unstored);
        this.reviews = new Reviews(resources, unstored, access);
        this.tokenRequests = new TokenRequests(resources, unstored, access.tokens());
        Kubelets kubelets = new Kubelets(resources);
        this.podLogs = new PodLogs(resources, kubelets);
        this.connections = new Connections(resources, kubelets, access);
        this.componentStatuses = new ComponentStatuses(resources);
    }

    public Writer writer() {
        return writer;
    }

    public Remover remover() {
        return remover;
    }

    /** @throws ApiException when the request is refused */
    public Reply answer(Target target, Call call) {
        if (!allowed(target)) {
            throw ApiException.methodNotAllowed();
        }
        if (Connections.appliesTo(target)) {
            throw connections.failure(target, call);
        }
        if (target.verb().equals("patch")) {
            checkPatchType(target, call);
        }
        if (target.name().isEmpty() && (target.verb().equals("update") || target.verb().equals("patch"))) {
            throw ApiException.badRequest("name must be provided");
        }
        if (PodLogs.appliesTo(target)) {
            return podLogs.answer(target, call);
        }
        List<String> wanted = Accepted.clauses(call.accept());
        Accepted.checkRoute(wanted, target);
        List<String> warnings = new ArrayList<>();
        CustomVersion custom = target.type().custom();
        String deprecation = custom == null ? null : custom.deprecation();
        if (deprecation != null) {
            warnings.add(deprecation);
        }
        resources.ruleOf(target.type()).warnOfRequest(target, call, warnings);
        try {
            return switch (perform(target, call, wanted)) {
                case Reply.Whole whole -> whole.withWarningsFirst(warnings);
                case Reply.Streaming watch -> new Reply.Streaming(watch.plan(), warnings);
            };
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }

    /** @param wanted the forms in which the client accepts the answer */
    private Reply perform(Target target, Call call, List<String> wanted) {
        ResourceType type = target.type();
        if (target.verb().equals("watch") && call.upgrade().equals("websocket")) {
            return Reply.text(200, ""); // a sign to the client to go on over HTTP; an endless answer would keep it waiting
        }
        Accepted accepted = Accepted.parse(wanted, target);
        switch (target.verb()) {
            case "get" -> refuseExport(call);
            case "create" -> {
                Bodies.checkMediaType(call, type);
                WriteOptions.check(call, "CreateOptions");
            }
            case "update" -> WriteOptions.check(call, "UpdateOptions");
            case "patch" -> {
                WriteOptions.check(call, "PatchOptions");
                Patches.checkSyntax(call);
            }
            default -> {
                // has no such parameters
            }
        }
        if (PodCommands.appliesTo(target)) {
            return podCommands.answer(target, call);
        }
        if (Reviews.appliesTo(type) || TokenRequests.appliesTo(target)) {
            Reply.Whole answer = TokenRequests.appliesTo(target)
                    ? tokenRequests.answer(target, call)
                    : reviews.answer(target, call);
            return Rendering.of(type, accepted, call, resources).yamlIfWanted(answer);
        }
        if (ComponentStatuses.appliesTo(type)) {
            return componentStatuses.answer(target, call, accepted);
        }
        if (target.subresource().equals(Scales.NAME)) {
            return scaler.answer(target, call, accepted);
        }
        Rendering rendering = Rendering.of(type, accepted, call, resources);
        return switch (target.verb()) {
            case "get" -> {
                ListOptions.refuseFuture(
                        ListOptions.parse(call.parameterOrEmpty("resourceVersion"), !type.traits().cached()), type,
                        resources);
                yield rendering.object(200, resources.require(target));
            }
            case "list" -> lister.list(target, call, accepted);
            case "watch" -> new Reply.Streaming(WatchPlan.of(target, call, accepted, resources), List.of());
            case "create" -> {
                Writer.Outcome outcome = writer.create(target,
                        Bodies.object(call, type, resources.catalog()), call);
                yield told(201, outcome, rendering);
            }
            case "update" -> {
                Writer.Outcome outcome = writer.put(target, Bodies.object(call, type, resources.catalog()),
                        call);
                yield told(outcome.created() ? 201 : 200, outcome, rendering);
            }
            case "patch" -> patch(target, call, rendering);
            case "delete" -> delete(target, call, rendering);
            case "deletecollection" -> deleteCollection(target, call, rendering);
            default -> throw ApiException.methodNotAllowed();
        };
    }

    private static void refuseExport(Call call) {
        String export = call.parameter("export");
        if (export != null && !export.equalsIgnoreCase("false") && !export.equals("0")) {
            throw ApiException
                    .badRequest("the export parameter, deprecated since v1.14, is no longer supported");
        }
    }

    private static boolean allowed(Target target) {
        if (target.type().isCustom()) {
            return true; // or nothing would lead to it
        }
        if (target.subresource().isEmpty()) {
            ResourceType type = target.type();
            if (!target.name().isEmpty() && type.verbs().equals(List.of("create"))) {
                throw ApiException.noSuchResource();
            }
            boolean nowhere = type.namespaced() && target.namespace().isEmpty();
            boolean placed = switch (target.verb()) {
                case "create" -> target.name().isEmpty() && !nowhere;
                case "deletecollection" -> !nowhere;
                case "update", "patch" -> !target.name().isEmpty();
                default -> true;
            };
            // It is told below that what can be listed cannot be watched.
            String verb = target.verb().equals("watch") ? "list" : target.verb();
            return placed && target.type().allows(verb);
        }
        Subresource subresource = target.type().subresource(target.subresource());
        if (subresource == null) {
            throw ApiException.noSuchResource();
        }
        return subresource.verbs().contains(target.verb());
    }

    private Reply patch(Target target, Call call, Rendering rendering) {
        if (Bodies.mediaType(call.contentType()).equals(Patches.APPLY)) {
            ObjectNode config = Configurations.read(target.type(), call, resources);
            Writer.Outcome outcome = writer.apply(target, config, call.flag("force"), call);
            return told(outcome.created() ? 201 : 200, outcome, rendering);
        }
        Type type = resources.shapes().typeOf(target.type());
        Writer.Outcome outcome = writer.change(target,
                object -> Patches.apply(target, object, call, type, resources.catalog()), call);
        return told(200, outcome, rendering);
    }

    private static Reply told(int code, Writer.Outcome outcome, Rendering rendering) {
        try {
            return rendering.object(code, outcome.stored()).withWarnings(outcome.warnings());
        } catch (ApiException e) {
            throw e.warning(outcome.warnings()); // it is done, and cannot be shown in the form that is wanted
        }
    }

    private static void checkPatchType(Target target, Call call) {
        List<String> accepted = Patches.accepted(target.type());
        if (!accepted.contains(Bodies.mediaType(call.contentType()))) {
            throw target.type().isCustom()
                    ? ApiException.unsupportedMediaType(accepted)
                    : ApiException.unsupportedPatch();
        }
    }

    private Reply delete(Target target, Call call, Rendering rendering) {
        ResourceType type = target.type();
        Remover.Options options = Remover.Options.of(call, type);
        if (type.is("", "namespaces") && IMMORTAL.contains(target.name())) {
            throw ApiException.forbidden("", type.plural(), target.name(), "this namespace may not be deleted",
                    List.of());
        }
        Remover.Asking asking = asking(target, call, options);
        Reply.Whole answer;
        try {
            answer = deleted(target, remover.delete(target, options, asking), rendering);
        } catch (ApiException e) {
            throw e.warning(asking.warnings());
        }
        return answer.withWarnings(asking.warnings());
    }

    private static Reply.Whole deleted(Target target, Remover.Outcome outcome, Rendering rendering) {
        ResourceType type = target.type();
        if (!outcome.gone() || type.traits().returnsDeleted()) {
            return rendering.object(200, outcome.stored());
        }
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        ObjectNode details = status.put("status", "Success").putObject("details").put("name", target.name());
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.plural()).put("uid", Metadata.uid(outcome.object()));
        return rendering.yamlIfWanted(Reply.json(200, status));
    }

    private Remover.Asking asking(Target target, Call call, Remover.Options options) {
        List<String> warnings = new ArrayList<>();
        if (!options.unreadable()) {
            resources.ruleOf(target.type()).warnOfDeletion(options, warnings);
        }
        return new Remover.Asking(call.user(), warnings);
    }

    private Reply deleteCollection(Target target, Call call, Rendering rendering) {
        ListOptions selected = ListOptions.of(call, target, false);
        Remover.Options options = Remover.Options.of(call, target.type());
        options.refuseUnreadable();
        Remover.Asking asking = asking(target, call, options);
        try {
            Lister.Page page = lister.page(target, selected.atMost(MOST_AT_ONCE));
            delete(target, page.objects(), options, asking);
            return rendering.list(page.version(), page.objects(), page.continueToken(), page.remaining())
                    .withWarnings(asking.warnings());
        } catch (ApiException e) {
            throw e.warning(asking.warnings());
        }
    }

    private void delete(Target target, List<Stored> objects, Remover.Options options, Remover.Asking asking) {
        for (Stored each : objects) {
            try {
                remover.delete(new Target(target.verb(), target.type(), each.namespace(), each.name(), ""), options,
                        asking);
            } catch (ApiException e) {
                if (e.code() != 404) {
                    throw e;
                }
                // somebody else was faster, which is as good
            }
        }
    }
}

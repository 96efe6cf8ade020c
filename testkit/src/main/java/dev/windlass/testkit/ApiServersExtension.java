package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Keeps the servers of {@link ApiServers} in the root store, which closes them at the end of the run. */
final class ApiServersExtension implements ParameterResolver, AfterEachCallback {

    private static final String CONFIG = "io.fabric8.kubernetes.client.Config";
    private static final Namespace SERVERS = Namespace.create(ApiServersExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestApiServer.class || type == ApiServer.class || type.getName().equals(CONFIG);
    }

    @Override
    public Object resolveParameter(ParameterContext context, ExtensionContext extension) {
        Parameter parameter = context.getParameter();
        TestApiServer server = extension.getRoot().getStore(SERVERS).computeIfAbsent(
                name(context, names(extension)), ApiServersExtension::start, TestApiServer.class);
        if (parameter.getType() == TestApiServer.class) {
            return server;
        }
        return parameter.getType() == ApiServer.class
                ? embedded(server, parameter)
                : config(server, parameter.getType());
    }

    private static String name(ParameterContext context, List<String> names) {
        Parameter parameter = context.getParameter();
        Optional<String> wanted = context.findAnnotation(ServerName.class).map(ServerName::value);
        String name = wanted.orElse(names.size() == 1 ? names.getFirst() : parameter.getName());
        if (!names.contains(name)) {
            throw new ParameterResolutionException(("the parameter %s asks for the API server \"%s\", but @ApiServers"
                    + " has %s; name it with @ServerName, or compile with -parameters")
                    .formatted(parameter, name, names));
        }
        return name;
    }

    private static ApiServer embedded(TestApiServer server, Parameter parameter) {
        if (server instanceof EmbeddedApiServer embedded) {
            return embedded.server();
        }
        throw new ParameterResolutionException("the parameter %s asks for the embedded API server, but -D%s says real;"
                .formatted(parameter, TestApiServer.KIND) + " take a TestApiServer, which both kinds are");
    }

    /** By reflection: whoever asks for it has fabric8, and the kit needs none. */
    private static Object config(TestApiServer server, Class<?> type) {
        try {
            return type.getMethod("fromKubeconfig", String.class).invoke(null, server.kubeconfig());
        } catch (ReflectiveOperationException e) {
            throw new ParameterResolutionException(type + " cannot be made from the kubeconfig of " + server, e);
        }
    }

    private static TestApiServer start(String name) {
        try {
            return TestApiServer.start(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while the API server \"" + name + "\" started", e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        for (String name : names(context)) {
            TestApiServer started = context.getRoot().getStore(SERVERS).get(name, TestApiServer.class);
            if (started != null) {
                started.clean();
            }
        }
    }

    private static List<String> names(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestClass(), ApiServers.class)
                .map(servers -> servers.value().length == 0 ? List.of("apiserver") : List.of(servers.value()))
                .orElseGet(() -> context.getParent().filter(parent -> parent.getTestClass().isPresent())
                        .map(ApiServersExtension::names).orElse(List.of()));
    }
}

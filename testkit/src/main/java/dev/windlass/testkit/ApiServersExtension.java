package dev.windlass.testkit;

import java.lang.reflect.Parameter;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Keeps the servers of {@link ApiServers} in the root store, which closes them at the end of the run. */
final class ApiServersExtension implements ParameterResolver, AfterEachCallback {

    private static final Namespace SERVERS = Namespace.create(ApiServersExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestApiServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext context, ExtensionContext extension) {
        List<String> names = names(extension);
        Parameter parameter = context.getParameter();
        String name = context.findAnnotation(ServerName.class).map(ServerName::value).orElse(parameter.getName());
        if (!names.contains(name)) {
            throw new ParameterResolutionException(("the parameter %s asks for the API server \"%s\", but @ApiServers"
                    + " has %s; name it with @ServerName, or compile with -parameters")
                    .formatted(parameter, name, names));
        }
        return extension.getRoot().getStore(SERVERS).computeIfAbsent(name, ApiServersExtension::start,
                TestApiServer.class);
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
                .map(servers -> List.of(servers.value()))
                .orElseGet(() -> context.getParent().filter(parent -> parent.getTestClass().isPresent())
                        .map(ApiServersExtension::names).orElse(List.of()));
    }
}

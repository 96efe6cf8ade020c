package dev.windlass.server;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Meters in the format that the scraper accepts. */
final class MetricsHandler extends Handler.Abstract {
    private final PrometheusRegistry registry;
    private final ExpositionFormats formats = ExpositionFormats.init();

    MetricsHandler(PrometheusRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        if (!Request.getPathInContext(request).equals("/metrics")) {
            return Reply.text(response, callback, 404, "no such path: use /metrics\n");
        }
        List<String> names = Request.extractQueryParameters(request).getValuesOrEmpty("name[]");
        MetricSnapshots snapshots = names.isEmpty() ? registry.scrape() : registry.scrape(Set.copyOf(names)::contains);
        ExpositionFormatWriter writer = formats.findWriter(request.getHeaders().get(HttpHeader.ACCEPT));
        ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 14);
        writer.write(body, snapshots);
        return Reply.bytes(response, callback, 200, writer.getContentType(), body.toByteArray());
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using KubeWol.Proofs;

namespace KubeWol.Cli.Sending;

/// <summary>kubectl wol keygen: a key pair for signed commands.</summary>
internal static class KeygenCommand
{
    public static Command Create(Surroundings around)
    {
        var name = new Argument<string>("NAME")
        {
            Description = "The key's id, which stands in WakePolicies and in commands: whose it is, and since when.",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Encoding.UTF8.GetByteCount(text) is > 0 and <= SignedCommand.MaxKeyIdSize && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && text[0] != '.') return text;
                result.AddError($"'{text}' is no id for a key: up to {SignedCommand.MaxKeyIdSize} letters, digits, -, _ and .");
                return null!;
            },
        };
        var folder = new Option<string>("--out") { Description = "The folder for NAME.pem and NAME.pub.pem.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var command = new Command("keygen", "Make a key pair for signed commands.") { name, folder };
        command.SetAction(async (given, cancellationToken) =>
        {
            var (id, path) = (given.GetValue(name)!, Path.Combine(given.GetValue(folder)!, given.GetValue(name)!));
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var publicKey = key.ExportSubjectPublicKeyInfoPem();
            await WriteAsync($"{path}.pem", key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken).ConfigureAwait(false);
            await WriteAsync($"{path}.pub.pem", publicKey, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, cancellationToken).ConfigureAwait(false);
            await around.Terminal.Error.WriteLineAsync($"{path}.pem is the private key: it stays with the sender. {path}.pub.pem goes into a WakePolicy:").ConfigureAwait(false);
            await around.Terminal.Out.WriteLineAsync($"""
                  proof: Signed
                  signed:
                    keys:
                      - id: {id}
                        publicKey: |
                          {publicKey.Replace("\n", "\n          ", StringComparison.Ordinal)}
                """).ConfigureAwait(false);
            return (int)ExitCode.Done;
        });
        return command.WithExamples("kubectl wol keygen ops-2026", "kubectl wol send 52:54:00:12:34:56 --sign-key ops-2026.pem --verb sleep");
    }

    /// <summary>Never over a file that is there: somebody may sign with it.</summary>
    private static async Task WriteAsync(string path, string text, UnixFileMode mode, CancellationToken cancellationToken)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            await using var file = new FileStream(path, options);
            await file.WriteAsync(Encoding.ASCII.GetBytes(text + "\n"), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"cannot write {path}: {e.Message}", File.Exists(path) ? "Give the new key another name." : "Give --out a folder that is there and yours.");
        }
    }
}

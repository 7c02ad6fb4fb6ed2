"""Measure the loading of a big bank statement: 100 000 documents, half of them incoming, none there before.

    python -m lbg_support.embedded exec --ephemeral -- .venv/bin/python bench/statement.py

Printed are the size of the file, the seconds of reading alone and of loading into the database, and the largest
memory of the process.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import django

DOCUMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
ACCOUNT = "40702810138250123017"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
django.setup()

from django.core.files.uploadedfile import TemporaryUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from invoices.actions import statements  # noqa: E402
from invoices.models import Payment, Seller  # noqa: E402
from invoices.statements import read_statement  # noqa: E402


def document(number: int) -> str:
    own, other = ("Получатель", "Плательщик") if number % 2 else ("Плательщик", "Получатель")
    day = "ДатаПоступило" if number % 2 else "ДатаСписано"
    return f"""СекцияДокумент=Платежное поручение
Номер={number}
Дата=20.11.2026
Сумма={number % 90_000 + 1}.{number % 100:02}
{day}=20.11.2026
{other}Счет=4070281050000{number % 9_999_999:07}
{other}ИНН=77{number % 99_999_999:08}
{other}1=ООО «Правовой центр № {number}»
{other}БИК=044525225
{other}Банк1=ПАО СБЕРБАНК
{own}Счет={ACCOUNT}
{own}ИНН=7700000016
{own}1=ООО «ЛБГ Партнёр»
ВидОплаты=01
Очередность=5
НазначениеПлатежа=Оплата по договору-оферте № 562 от 04.06.2025: прил. 3, усл. 2. Счёт № {number} от 18.11.2026. БЕЗ НДС
КонецДокумента
"""


def write(path: Path) -> None:
    head = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
ДатаНачала=20.11.2026
ДатаКонца=20.11.2026
РасчСчет={ACCOUNT}
"""
    with path.open("w", encoding="cp1251", newline="\r\n") as target:
        target.write(head)
        target.write(f"СекцияРасчСчет\nРасчСчет={ACCOUNT}\nНачальныйОстаток=0.00\nКонецРасчСчет\n")
        target.writelines(document(number) for number in range(1, DOCUMENTS + 1))
        target.write("КонецФайла\n")


def main() -> None:
    call_command("migrate", verbosity=0)
    person = User.objects.create(email="bench@example.ru", role=Role.DIRECTOR)
    Seller.objects.create(name="ООО", inn="7700000016", bic="044525225", account=ACCOUNT, is_default=True)
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        path = Path(folder) / "kl_to_1c.txt"
        write(path)
        print(f"{DOCUMENTS} documents, {path.stat().st_size / 1_000_000:.0f} MB")
        began = time.perf_counter()
        with path.open("rb") as source:
            count = sum(1 for _each in read_statement(source).documents)
        print(f"read only: {time.perf_counter() - began:.1f} s, {count} documents")
        sent = TemporaryUploadedFile(path.name, "text/plain", path.stat().st_size, None)
        with path.open("rb") as source:
            while chunk := source.read(1 << 20):
                sent.file.write(chunk)
        sent.seek(0)
        statements._leave_to_job = lambda statement: None
        began = time.perf_counter()
        statement, _is_new = statements.take_statement(sent, by=person, now=timezone.now())
        statements.load_queued(statement.pk, timezone.now())
        print(f"loaded: {time.perf_counter() - began:.1f} s, {Payment.objects.count()} payments")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
